# do_stream = false: the whole response is stored before any of it is sent.
# varnishd -F -a :8080 -f do-stream-off.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    set beresp.do_stream = false;
}
