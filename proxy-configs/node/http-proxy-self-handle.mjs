// http-proxy with selfHandleResponse, as its README shows it: the answer is collected, so that it can be changed.
import { createServer } from 'node:http';
import httpProxy from 'http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const proxy = httpProxy.createProxyServer({ target: UPSTREAM, selfHandleResponse: true });

proxy.on('proxyRes', (answer, request, response) => {
  const body = [];
  answer.on('data', (chunk) => body.push(chunk));
  answer.on('end', () => {
    response.writeHead(answer.statusCode, answer.headers);
    response.end(Buffer.concat(body));
  });
});
proxy.on('error', (error, request, response) => response.destroy());

const server = createServer((request, response) => proxy.web(request, response));
server.listen(PORT, () => console.log(`http-proxy that handles responses itself on port ${PORT}, to ${UPSTREAM}`));
