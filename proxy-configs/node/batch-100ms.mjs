// A proxy by hand that writes what has come ten times a second.
import { createServer, request as httpRequest } from 'node:http';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    let batch = [];
    const send = () => {
      if (batch.length > 0) response.write(Buffer.concat(batch));
      batch = [];
    };
    const timer = setInterval(send, 100);
    answer.on('data', (chunk) => batch.push(chunk));
    answer.on('end', () => {
      send();
      response.end();
    });
    answer.on('error', () => response.destroy());
    response.on('close', () => {
      clearInterval(timer);
      answer.destroy();
    });
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`batches on port ${PORT}, to ${UPSTREAM}`));
