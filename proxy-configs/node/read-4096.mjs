// A proxy by hand that reads 4096 bytes at a time.
import { createServer, request as httpRequest } from 'node:http';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.on('readable', () => {
      for (let part = answer.read(4096); part !== null; part = answer.read(4096)) response.write(part);
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
server.listen(PORT, () => console.log(`4096 bytes at a time on port ${PORT}, to ${UPSTREAM}`));
