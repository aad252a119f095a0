# do_esi = true: every response is searched for <esi:include>.
# varnishd -F -a :8080 -f esi.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    set beresp.do_esi = true;
}
