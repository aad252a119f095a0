# return (pipe): Varnish passes on bytes in both directions and looks at nothing any more.
# varnishd -F -a :8080 -f pipe.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_recv {
    return (pipe);
}
