// A proxy by hand: fetch, and the answer’s web stream into the response by a pipeline.
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
    response.statusCode = answer.status;
    response.setHeaders(answer.headers);
    if (answer.body === null) response.end();
    else await pipeline(Readable.fromWeb(answer.body), response);
  } catch {
    response.destroy();
  }
});
server.listen(PORT, () => console.log(`fetch and pipeline on port ${PORT}, to ${UPSTREAM}`));
