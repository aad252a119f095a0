# do_esi = true for HTML alone.
# varnishd -F -a :8080 -f esi-html.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    if (beresp.http.Content-Type ~ "^text/html") {
        set beresp.do_esi = true;
    }
}
