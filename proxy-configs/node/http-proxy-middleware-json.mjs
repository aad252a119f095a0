// http-proxy-middleware behind a body parser, which has read the request's body before the proxy would.
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = express();
app.use(express.json());
app.use(createProxyMiddleware({ target: UPSTREAM }));
app.listen(PORT, () => console.log(`http-proxy-middleware behind a parser on port ${PORT}, to ${UPSTREAM}`));
