// A proxy by hand: fetch, which has decoded the answer, so that its Content-Encoding and length are not passed on.
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer(async (request, response) => {
  const { method } = request;
  const headers = new Headers(request.headers);
  for (const name of ['connection', 'transfer-encoding']) headers.delete(name);
  const body = method === 'GET' || method === 'HEAD' ? undefined : request;
  try {
    const answer = await fetch(UPSTREAM + request.url, { method, headers, body, duplex: 'half' });
    const answered = new Headers(answer.headers);
    if (answered.has('content-encoding'))
      for (const name of ['content-encoding', 'content-length']) answered.delete(name);
    response.statusCode = answer.status;
    response.setHeaders(answered);
    if (answer.body === null) response.end();
    else await pipeline(Readable.fromWeb(answer.body), response);
  } catch {
    response.destroy();
  }
});
server.listen(PORT, () => console.log(`fetch, decoded, on port ${PORT}, to ${UPSTREAM}`));
