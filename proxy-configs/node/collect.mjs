// A proxy by hand that reads the whole answer before it sends any of it, headers included.
import { createServer, request as httpRequest } from 'node:http';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, async (answer) => {
    try {
      const parts = await answer.toArray();
      response.writeHead(answer.statusCode, answer.headers);
      response.end(Buffer.concat(parts));
    } catch {
      response.destroy();
    }
  });
  upstream.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`collect on port ${PORT}, to ${UPSTREAM}`));
