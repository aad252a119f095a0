# Has mitmproxy pass on each part of an event stream as it comes.
def responseheaders(flow):
    flow.response.stream = flow.response.headers.get("content-type", "").startswith("text/event-stream")
