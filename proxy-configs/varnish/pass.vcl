# return (pass): nothing is stored, and each request has a response of its own.
# varnishd -F -a :8080 -f pass.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_recv {
    return (pass);
}
