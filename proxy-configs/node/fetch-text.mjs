// A proxy by hand that awaits the text of the answer, as a handler does to log or to cache it.
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
    response.end(await answer.text());
  } catch {
    response.destroy();
  }
});
server.listen(PORT, () => console.log(`fetch and text() on port ${PORT}, to ${UPSTREAM}`));
