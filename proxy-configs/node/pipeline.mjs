// A proxy by hand: http.request and stream.pipeline, which ends both sides when either ends.
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
server.listen(PORT, () => console.log(`pipeline on port ${PORT}, to ${UPSTREAM}`));
