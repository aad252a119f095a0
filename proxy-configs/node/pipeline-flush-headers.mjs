// A proxy by hand that sends the headers when they come, and not with the first bytes of the body.
import { createServer, request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    response.flushHeaders();
    pipeline(answer, response, () => {});
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`pipeline with flushed headers on port ${PORT}, to ${UPSTREAM}`));
