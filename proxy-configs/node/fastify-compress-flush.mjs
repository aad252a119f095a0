// @fastify/compress of all text that flushes after every write, without zstd, which these options do not fit.
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import httpProxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const app = Fastify();
app.register(compress, {
  encodings: ['br', 'gzip', 'deflate'],
  customTypes: /^text\/|\/json/,
  zlibOptions: { flush: constants.Z_SYNC_FLUSH },
  brotliOptions: { flush: constants.BROTLI_OPERATION_FLUSH },
});
app.register(httpProxy, { upstream: UPSTREAM });
await app.listen({ port: Number(PORT), host: '0.0.0.0' });
console.log(`@fastify/http-proxy with compression that flushes on port ${PORT}, to ${UPSTREAM}`);
