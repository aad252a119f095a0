# A middleware that looks at the whole body, to log it say, before it lets any of it go.
import os

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import Response, StreamingResponse
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


async def log_body(request, call_next):
    response = await call_next(request)
    body = b"".join([part async for part in response.body_iterator])
    print(f"{request.url.path}: {len(body)} bytes")
    return Response(body, response.status_code, dict(response.headers))


routes = [Route("/{path:path}", proxy, methods=["GET", "POST", "PUT"])]
app = Starlette(routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=log_body)])
uvicorn.run(app, port=PORT)
