// compression with a small chunkSize, which guides recommend: it is the size of the output buffer, and changes nothing here.
import { createServer } from 'node:http';
import compression from 'compression';
import httpProxy from 'http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const compress = compression({ chunkSize: 1024 });
const proxy = httpProxy.createProxyServer({ target: UPSTREAM });

proxy.on('error', (error, request, response) => {
  if (!response.headersSent) response.writeHead(502);
  response.end();
});

const server = createServer((request, response) => {
  compress(request, response, () => proxy.web(request, response));
});
server.listen(PORT, () => console.log(`http-proxy with compression of small output on port ${PORT}, to ${UPSTREAM}`));
