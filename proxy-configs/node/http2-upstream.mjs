// A proxy by hand that speaks HTTP/2 to its upstream, without TLS.
import { createServer } from 'node:http';
import { connect } from 'node:http2';
import { pipeline } from 'node:stream';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const ofConnection = /^(:.*|connection|keep-alive|transfer-encoding|upgrade|host)$/;
const withoutConnection = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.test(name)));

let session;
const sessionThatIsOpen = () => {
  if (session === undefined || session.closed || session.destroyed)
    session = connect(UPSTREAM).on('error', (error) => console.error(error.message));
  return session;
};

const server = createServer((request, response) => {
  const fields = { ':method': request.method, ':path': request.url, ...withoutConnection(request.headers) };
  const upstream = sessionThatIsOpen().request(fields);
  upstream.on('response', (headers) => response.writeHead(headers[':status'], withoutConnection(headers)));
  pipeline(request, upstream, () => {});
  pipeline(upstream, response, () => {});
});
server.listen(PORT, () => console.log(`HTTP/2 to the upstream on port ${PORT}, to ${UPSTREAM}`));
