// http-proxy behind the compression middleware of Express, which is told to leave event streams alone.
import { createServer } from 'node:http';
import compression from 'compression';
import httpProxy from 'http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const isEventStream = (response) => /^text\/event-stream/i.test(response.getHeader('content-type') ?? '');
const compress = compression({
  filter: (request, response) => !isEventStream(response) && compression.filter(request, response),
});
const proxy = httpProxy.createProxyServer({ target: UPSTREAM });

proxy.on('error', (error, request, response) => {
  if (!response.headersSent) response.writeHead(502);
  response.end();
});

const server = createServer((request, response) => {
  compress(request, response, () => proxy.web(request, response));
});
server.listen(PORT, () => console.log(`http-proxy with compression on port ${PORT}, to ${UPSTREAM}`));
