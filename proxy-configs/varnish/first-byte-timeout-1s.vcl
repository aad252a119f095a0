# first_byte_timeout 1s (default 60s): a backend that has not begun its answer by then is given up.
# varnishd -F -a :8080 -f first-byte-timeout-1s.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
    .first_byte_timeout = 1s;
}
