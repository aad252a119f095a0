// http-proxy-middleware behind a body parser: what was parsed is written anew.
import express from 'express';
import { createProxyMiddleware, fixRequestBody } from 'http-proxy-middleware';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = express();
app.use(express.json());
app.use(createProxyMiddleware({ target: UPSTREAM, on: { proxyReq: fixRequestBody } }));
app.listen(PORT, () => console.log(`http-proxy-middleware that writes bodies anew on port ${PORT}, to ${UPSTREAM}`));
