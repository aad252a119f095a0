// A proxy by hand: fetch and a loop over the answer, with no care for a client that leaves or is slow.
import { createServer } from 'node:http';

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
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  } catch {
    response.destroy();
  }
});
server.listen(PORT, () => console.log(`fetch and a loop on port ${PORT}, to ${UPSTREAM}`));
