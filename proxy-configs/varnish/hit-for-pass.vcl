# return (pass(2m)) once a response is known to be a stream: that URL is not stored for two minutes,
# and its requests do not wait for each other.
# varnishd -F -a :8080 -f hit-for-pass.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    return (pass(2m));
}
