# Varnish as it comes: what it stores is passed on while it comes in (beresp.do_stream).
# varnishd -F -a :8080 -f default.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}
