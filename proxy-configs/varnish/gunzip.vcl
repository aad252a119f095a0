# do_gunzip = true for event streams: what the origin sends as gzip is unpacked while it comes in.
# varnishd -F -a :8080 -f gunzip.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    if (beresp.http.Content-Type ~ "^text/event-stream") {
        set beresp.do_gunzip = true;
    }
}
