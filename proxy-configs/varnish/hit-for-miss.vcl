# Event streams are not stored, and for two minutes the requests for such a URL do not wait for each other.
# varnishd -F -a :8080 -f hit-for-miss.vcl

vcl 4.1;

backend app {
    .host = "origin";
    .port = "3000";
}

sub vcl_backend_response {
    if (beresp.http.Content-Type ~ "^text/event-stream") {
        set beresp.uncacheable = true;
        set beresp.ttl = 2m;
    }
}
