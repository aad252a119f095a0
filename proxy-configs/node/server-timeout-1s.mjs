// A proxy by hand whose server ends a connection that is silent for a second: server.timeout, by default none.
import { createServer, request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    pipeline(answer, response, () => {});
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(upstream);
});
server.timeout = 1000;
server.listen(PORT, () => console.log(`pipeline with server.timeout on port ${PORT}, to ${UPSTREAM}`));
