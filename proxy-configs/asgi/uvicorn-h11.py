# uvicorn with its pure-Python parser: to a client of HTTP/1.0 it ends the body by closing.
import os

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse
from starlette.routing import Route

PORT = int(os.environ.get("PORT", 8080))
UPSTREAM = os.environ.get("UPSTREAM", "http://origin:3000")
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}

client = httpx.AsyncClient(base_url=UPSTREAM, timeout=None)


async def proxy(request):
    body = request.stream() if request.method in ("POST", "PUT") else None
    onward = client.build_request(request.method, request.url.path, headers=request.headers.raw, content=body)
    answer = await client.send(onward, stream=True)
    headers = {name: value for name, value in answer.headers.items() if name not in OF_ONE_CONNECTION}
    close = BackgroundTask(answer.aclose)
    return StreamingResponse(answer.aiter_raw(), answer.status_code, headers, background=close)


routes = [Route("/{path:path}", proxy, methods=["GET", "POST", "PUT"])]
app = Starlette(routes=routes)
uvicorn.run(app, port=PORT, http="h11")
