// http-proxy-3 as it comes: http-proxy written anew.
import { createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const proxy = createProxyServer({ target: UPSTREAM });

proxy.on('error', (error, request, response) => {
  if (response.headersSent) response.destroy();
  else response.writeHead(502).end();
});

const server = createServer((request, response) => proxy.web(request, response));
server.listen(PORT, () => console.log(`http-proxy-3 on port ${PORT}, to ${UPSTREAM}`));
