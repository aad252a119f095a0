// compression with the least memory: zlib has a block worth writing after a few words, at a cost of ratio.
import { createServer } from 'node:http';
import compression from 'compression';
import httpProxy from 'http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const compress = compression({ memLevel: 1 });
const proxy = httpProxy.createProxyServer({ target: UPSTREAM });

proxy.on('error', (error, request, response) => {
  if (!response.headersSent) response.writeHead(502);
  response.end();
});

const server = createServer((request, response) => {
  compress(request, response, () => proxy.web(request, response));
});
server.listen(PORT, () => console.log(`http-proxy with compression of little memory on port ${PORT}, to ${UPSTREAM}`));
