# do_gzip = true: what is stored is compressed, for clients that take it; it is unpacked for the others.
# varnishd -F -a :8080 -f gzip.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    set beresp.do_gzip = true;
}
