// http-proxy with selfHandleResponse that changes headers and leaves the body to a pipe.
import { createServer } from 'node:http';
import httpProxy from 'http-proxy';
import { pipeline } from 'node:stream';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const proxy = httpProxy.createProxyServer({ target: UPSTREAM, selfHandleResponse: true });

proxy.on('proxyRes', (answer, request, response) => {
  response.writeHead(answer.statusCode, { ...answer.headers, 'x-handled': 'yes' });
  pipeline(answer, response, () => {});
});
proxy.on('error', (error, request, response) => {
  if (response.headersSent) response.destroy();
  else response.writeHead(502).end();
});

const server = createServer((request, response) => proxy.web(request, response));
server.listen(PORT, () => console.log(`http-proxy that pipes responses itself on port ${PORT}, to ${UPSTREAM}`));
