// A proxy by hand that compresses with zlib as it comes.
import { createServer, request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    if (!/\bgzip\b/.test(headers['accept-encoding'])) {
      response.writeHead(answer.statusCode, answer.headers);
      pipeline(answer, response, () => {});
    } else {
      const fields = { ...answer.headers, 'content-encoding': 'gzip' };
      delete fields['content-length'];
      response.writeHead(answer.statusCode, fields);
      pipeline(answer, createGzip(), response, () => {});
    }
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`gzip on port ${PORT}, to ${UPSTREAM}`));
