// @fastify/http-proxy without undici: node:http speaks to the upstream, and gives it up after 10 s of silence.
import httpProxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = Fastify();
app.register(httpProxy, { upstream: UPSTREAM, undici: false });
await app.listen({ port: Number(PORT), host: '0.0.0.0' });
console.log(`@fastify/http-proxy over node:http on port ${PORT}, to ${UPSTREAM}`);
