// compression that has zlib and brotli flush after every write.
// It costs some of the ratio, of small events most, and no call of res.flush() is needed.
import { createServer } from 'node:http';
import { constants } from 'node:zlib';
import compression from 'compression';
import httpProxy from 'http-proxy';

const { PORT = 8080, UPSTREAM = 'http://origin:3000' } = process.env;

const compress = compression({
  flush: constants.Z_SYNC_FLUSH,
  brotli: { flush: constants.BROTLI_OPERATION_FLUSH },
});
const proxy = httpProxy.createProxyServer({ target: UPSTREAM });

proxy.on('error', (error, request, response) => {
  if (!response.headersSent) response.writeHead(502);
  response.end();
});

const server = createServer((request, response) => {
  compress(request, response, () => proxy.web(request, response));
});
server.listen(PORT, () => console.log(`http-proxy with compression that flushes on port ${PORT}, to ${UPSTREAM}`));
