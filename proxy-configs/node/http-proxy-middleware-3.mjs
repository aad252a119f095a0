// http-proxy-middleware 3, which is built on http-proxy: `npm install http-proxy-middleware-3@npm:http-proxy-middleware@3`.
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware-3';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = express();
app.use(createProxyMiddleware({ target: UPSTREAM }));
app.listen(PORT, () => console.log(`http-proxy-middleware 3 on port ${PORT}, to ${UPSTREAM}`));
