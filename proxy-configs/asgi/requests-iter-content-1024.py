# The synchronous requests, which is asked for pieces of 1024 bytes; Starlette runs it in a thread.
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
    return StreamingResponse(answer.iter_content(1024), answer.status_code, headers, background=close)


app = Starlette(routes=[Route("/{path:path}", proxy)])
uvicorn.run(app, port=PORT)
