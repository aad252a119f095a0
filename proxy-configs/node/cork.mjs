// A proxy by hand that corks the response, to spare small packets, and uncorks it with the end.
import { createServer, request as httpRequest } from 'node:http';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    response.cork();
    answer.on('data', (chunk) => response.write(chunk));
    answer.on('end', () => {
      response.uncork();
      response.end();
    });
    answer.on('error', () => response.destroy());
    response.on('close', () => answer.destroy());
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`cork on port ${PORT}, to ${UPSTREAM}`));
