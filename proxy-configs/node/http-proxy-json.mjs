// http-proxy in Express behind a body parser, which has read the request's body before the proxy would.
import express from 'express';
import httpProxy from 'http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const proxy = httpProxy.createProxyServer({ target: UPSTREAM });
proxy.on('error', (error, request, response) => response.destroy(error));

const app = express();
app.use(express.json());
app.use((request, response) => proxy.web(request, response));
app.listen(PORT, () => console.log(`http-proxy behind a parser on port ${PORT}, to ${UPSTREAM}`));
