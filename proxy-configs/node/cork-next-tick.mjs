// A proxy by hand that corks the response and uncorks it in the same turn, as Node’s documentation has it.
import { createServer, request as httpRequest } from 'node:http';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.on('data', (chunk) => {
      response.cork();
      response.write(chunk);
      process.nextTick(() => response.uncork());
    });
    answer.on('end', () => response.end());
    answer.on('error', () => response.destroy());
    response.on('close', () => answer.destroy());
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`cork for a tick on port ${PORT}, to ${UPSTREAM}`));
