// http-proxy-middleware with responseInterceptor, as its README shows it.
import express from 'express';
import { createProxyMiddleware, responseInterceptor } from 'http-proxy-middleware';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const replaced = responseInterceptor(async (body) => body.toString('utf8').replaceAll('Hello', 'Goodbye'));

const app = express();
app.use(createProxyMiddleware({ target: UPSTREAM, selfHandleResponse: true, on: { proxyRes: replaced } }));
app.listen(PORT, () => console.log(`http-proxy-middleware with an interceptor on port ${PORT}, to ${UPSTREAM}`));
