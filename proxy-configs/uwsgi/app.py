# A WSGI app that streams: each part that it reads from the upstream it yields, under the upstream's status and header.
from http.client import HTTPConnection, HTTPResponse

OF_ONE_CONNECTION = {"CONNECTION", "KEEP-ALIVE", "TRANSFER-ENCODING"}


class FinalResponse(HTTPResponse):
    # http.client itself takes 103 Early Hints for the answer.
    def begin(self):
        super().begin()
        while self.status < 200:
            self.headers = None
            super().begin()


def application(environ, start_response):
    fields = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            fields[name.replace("_", "-")] = environ[name]
    upstream = HTTPConnection("origin:3000")
    upstream.response_class = FinalResponse
    upstream.putrequest(environ["REQUEST_METHOD"], environ["REQUEST_URI"], skip_host=True, skip_accept_encoding=True)
    for name, value in fields.items():
        if name not in OF_ONE_CONNECTION:
            upstream.putheader(name, value)
    upstream.endheaders(environ["wsgi.input"].read(int(fields.get("CONTENT-LENGTH", 0))))
    answer = upstream.getresponse()
    passed = [(name, value) for name, value in answer.getheaders() if name.upper() not in OF_ONE_CONNECTION]
    start_response(f"{answer.status} {answer.reason}", passed)
    return parts(upstream, answer)


def parts(upstream, answer):
    try:
        # read1() gives what is there; read(n) would wait for n bytes of it.
        while part := answer.read1(65536):
            yield part
    finally:
        upstream.close()
