# transit_buffer 64KB with pass: at most so much is taken in for a client that does not read.
# varnishd -F -a :8080 -f transit-buffer.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_recv {
    return (pass);
}

sub vcl_backend_response {
    set beresp.transit_buffer = 64KB;
}
