// http-proxy-3 with fetch and proxyTimeout: two seconds for the whole response, however lively it is.
import { createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const proxy = createProxyServer({ target: UPSTREAM, fetch, proxyTimeout: 2000 });

proxy.on('error', (error, request, response) => {
  if (response.headersSent) response.destroy();
  else response.writeHead(502).end();
});

const server = createServer((request, response) => proxy.web(request, response));
server.listen(PORT, () => console.log(`http-proxy-3 with fetch and a timeout on port ${PORT}, to ${UPSTREAM}`));
