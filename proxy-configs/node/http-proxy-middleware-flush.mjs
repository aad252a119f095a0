// http-proxy-middleware behind compression, with a flush after every read from the upstream has been written.
import compression from 'compression';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const flushEachRead = (answer, request, response) => answer.on('data', () => process.nextTick(() => response.flush()));

const app = express();
app.use(compression());
app.use(createProxyMiddleware({ target: UPSTREAM, on: { proxyRes: flushEachRead } }));
app.listen(PORT, () => console.log(`http-proxy-middleware with flushes on port ${PORT}, to ${UPSTREAM}`));
