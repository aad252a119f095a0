// A proxy by hand with a buffer of a megabyte between the two sides.
import { createServer, request as httpRequest } from 'node:http';
import { PassThrough, pipeline } from 'node:stream';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    pipeline(answer, new PassThrough({ highWaterMark: 1024 * 1024 }), response, () => {});
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`pipeline with a large buffer on port ${PORT}, to ${UPSTREAM}`));
