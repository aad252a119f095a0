// httpxy as it comes: the fork of http-proxy that Nitro and http-proxy-middleware build on.
import { createServer } from 'node:http';
import { createProxyServer } from 'httpxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const proxy = createProxyServer({ target: UPSTREAM });

proxy.on('error', (error, request, response) => {
  if (response.headersSent) response.destroy();
  else response.writeHead(502).end();
});

const server = createServer((request, response) => proxy.web(request, response));
server.listen(PORT, () => console.log(`httpxy on port ${PORT}, to ${UPSTREAM}`));
