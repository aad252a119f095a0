// http-proxy in Express behind a body parser: it sends what was parsed, in place of what it can no longer read.
import { Readable } from 'node:stream';
import express from 'express';
import httpProxy from 'http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const proxy = httpProxy.createProxyServer({ target: UPSTREAM });
proxy.on('error', (error, request, response) => response.destroy(error));

const app = express();
app.use(express.json());
app.use((request, response) => {
  const body = request.body === undefined ? [] : [Buffer.from(JSON.stringify(request.body))];
  proxy.web(request, response, { buffer: Readable.from(body) });
});
app.listen(PORT, () => console.log(`http-proxy with a body of its own on port ${PORT}, to ${UPSTREAM}`));
