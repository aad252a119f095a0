// @fastify/http-proxy without undici, and an upstream that is silent for a second is given up.
import httpProxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = Fastify();
app.register(httpProxy, { upstream: UPSTREAM, http: { requestOptions: { timeout: 1000 } } });
await app.listen({ port: Number(PORT), host: '0.0.0.0' });
console.log(`@fastify/http-proxy over node:http with a timeout on port ${PORT}, to ${UPSTREAM}`);
