// http-proxy as it comes: every read from the upstream is written to the client.
import { createServer } from 'node:http';
import httpProxy from 'http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const proxy = httpProxy.createProxyServer({ target: UPSTREAM });

proxy.on('error', (error, request, response) => {
  if (!response.headersSent) response.writeHead(502);
  response.end();
});

const server = createServer((request, response) => proxy.web(request, response));
server.listen(PORT, () => console.log(`http-proxy on port ${PORT}, to ${UPSTREAM}`));
