// @fastify/http-proxy that gives up an upstream which is silent for a second; the default is five minutes.
import httpProxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = Fastify();
app.register(httpProxy, { upstream: UPSTREAM, undici: { bodyTimeout: 1000 } });
await app.listen({ port: Number(PORT), host: '0.0.0.0' });
console.log(`@fastify/http-proxy with a timeout on port ${PORT}, to ${UPSTREAM}`);
