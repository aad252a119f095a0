# Responses are fresh for a second, and gone after it.
# varnishd -F -a :8080 -f no-grace.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    set beresp.ttl = 1s;
    set beresp.grace = 0s;
    set beresp.keep = 0s;
}
