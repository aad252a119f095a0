// A proxy by hand that listens for HTTP/2 and HTTP/1.1 over TLS, by Node’s compatibility API.
// noDelay switches Nagle’s algorithm off, as node:http does by itself and this server does not for HTTP/1.1.
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createSecureServer } from 'node:http2';
import { pipeline } from 'node:stream';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const key = readFileSync(new URL('../shared/key.pem', import.meta.url));
const cert = readFileSync(new URL('../shared/certificate.pem', import.meta.url));

const ofConnection = /^(:.*|connection|keep-alive|transfer-encoding|upgrade|host)$/;
const withoutConnection = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.test(name)));

const server = createSecureServer({ key, cert, allowHTTP1: true, noDelay: true }, (request, response) => {
  const { method } = request;
  const headers = withoutConnection(request.headers);
  const upstream = httpRequest(UPSTREAM + request.url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, withoutConnection(answer.headers));
    pipeline(answer, response, () => {});
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(upstream);
});
server.listen(PORT, () => console.log(`HTTP/2 on port ${PORT}, to ${UPSTREAM}`));
