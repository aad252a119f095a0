// A proxy by hand: http.request and pipe, with no care for the stream's end or for a client that leaves.
import { createServer, request as httpRequest } from 'node:http';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  upstream.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`pipe on port ${PORT}, to ${UPSTREAM}`));
