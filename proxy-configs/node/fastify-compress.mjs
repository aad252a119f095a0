// @fastify/http-proxy behind @fastify/compress as it comes.
import compress from '@fastify/compress';
import httpProxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = Fastify();
app.register(compress);
app.register(httpProxy, { upstream: UPSTREAM });
await app.listen({ port: Number(PORT), host: '0.0.0.0' });
console.log(`@fastify/http-proxy with compression on port ${PORT}, to ${UPSTREAM}`);
