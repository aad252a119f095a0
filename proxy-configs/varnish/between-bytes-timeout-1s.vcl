# between_bytes_timeout 1s (default 60s): a response that is silent for so long is given up.
# varnishd -F -a :8080 -f between-bytes-timeout-1s.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
    .between_bytes_timeout = 1s;
}
