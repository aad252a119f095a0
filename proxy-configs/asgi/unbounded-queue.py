# A task reads the upstream into a queue without a limit, and another sends: the reader never learns that the client left.
import asyncio
import os

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

PORT = int(os.environ.get("PORT", 8080))
UPSTREAM = os.environ.get("UPSTREAM", "http://origin:3000")
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}

client = httpx.AsyncClient(base_url=UPSTREAM, timeout=None)
readers = set()


async def proxy(request):
    body = request.stream() if request.method in ("POST", "PUT") else None
    onward = client.build_request(request.method, request.url.path, headers=request.headers.raw, content=body)
    answer = await client.send(onward, stream=True)
    headers = {name: value for name, value in answer.headers.items() if name not in OF_ONE_CONNECTION}
    parts = asyncio.Queue()

    async def read():
        async for part in answer.aiter_raw():
            parts.put_nowait(part)
        parts.put_nowait(None)

    async def send():
        while (part := await parts.get()) is not None:
            yield part

    readers.add(asyncio.create_task(read()))
    return StreamingResponse(send(), answer.status_code, headers)


routes = [Route("/{path:path}", proxy, methods=["GET", "POST", "PUT"])]
app = Starlette(routes=routes)
uvicorn.run(app, port=PORT)
