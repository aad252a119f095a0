# The synchronous requests, whose raw stream is read as it comes: read1 gives what is there.
import os

import requests
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse
from starlette.routing import Route

PORT = int(os.environ.get("PORT", 8080))
UPSTREAM = os.environ.get("UPSTREAM", "http://origin:3000")
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}


def proxy(request):
    answer = requests.get(UPSTREAM + request.url.path, headers=dict(request.headers), stream=True)
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in OF_ONE_CONNECTION}
    close = BackgroundTask(answer.close)
    return StreamingResponse(iter(lambda: answer.raw.read1(65536), b""), answer.status_code, headers, background=close)


app = Starlette(routes=[Route("/{path:path}", proxy)])
uvicorn.run(app, port=PORT)
