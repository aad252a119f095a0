// http-proxy behind the compression middleware of Express, which is used here without Express.
// Nothing calls res.flush(), so the compressor keeps small writes to itself.
import { createServer } from 'node:http';
import compression from 'compression';
import httpProxy from 'http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const compress = compression();
const proxy = httpProxy.createProxyServer({ target: UPSTREAM });

proxy.on('error', (error, request, response) => {
  if (!response.headersSent) response.writeHead(502);
  response.end();
});

const server = createServer((request, response) => {
  compress(request, response, () => proxy.web(request, response));
});
server.listen(PORT, () => console.log(`http-proxy with compression on port ${PORT}, to ${UPSTREAM}`));
