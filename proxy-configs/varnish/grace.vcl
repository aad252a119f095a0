# Responses are fresh for a second. For a minute more what was stored is given out, while it is fetched anew.
# varnishd -F -a :8080 -f grace.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    set beresp.ttl = 1s;
    set beresp.grace = 1m;
}
