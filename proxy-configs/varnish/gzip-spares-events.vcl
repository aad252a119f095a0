# do_gzip = true, but not for event streams.
# varnishd -F -a :8080 -f gzip-spares-events.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    if (beresp.http.Content-Type !~ "^text/event-stream") {
        set beresp.do_gzip = true;
    }
}
