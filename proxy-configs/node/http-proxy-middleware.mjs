// http-proxy-middleware as it comes, in Express.
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = express();
app.use(createProxyMiddleware({ target: UPSTREAM }));
app.listen(PORT, () => console.log(`http-proxy-middleware on port ${PORT}, to ${UPSTREAM}`));
