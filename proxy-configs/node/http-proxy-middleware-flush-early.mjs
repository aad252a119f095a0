// http-proxy-middleware behind compression, with a flush at every read from the upstream.
// It comes too early: this listener is called before the one that writes what was read.
import compression from 'compression';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const flushEachRead = (answer, request, response) => answer.on('data', () => response.flush());

const app = express();
app.use(compression());
app.use(createProxyMiddleware({ target: UPSTREAM, on: { proxyRes: flushEachRead } }));
app.listen(PORT, () => console.log(`http-proxy-middleware with early flushes on port ${PORT}, to ${UPSTREAM}`));
