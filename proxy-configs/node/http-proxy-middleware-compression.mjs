// http-proxy-middleware behind compression, as many development servers are put together.
import compression from 'compression';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = express();
app.use(compression());
app.use(createProxyMiddleware({ target: UPSTREAM }));
app.listen(PORT, () => console.log(`http-proxy-middleware with compression on port ${PORT}, to ${UPSTREAM}`));
