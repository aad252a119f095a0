import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

/** In the image the program lies among the repository's files, so that its imports resolve as they do here. */
const RUNNING = '/unclog/proxy-configs/node/running.mjs';

const HTTP_PROXY = 'https://github.com/http-party/node-http-proxy';
const COMPRESSION = 'https://github.com/expressjs/compression';
const NO_TRANSFORM = 'cache-control: no-transform';

const SPARED = {
  change: 'Cache-Control: no-transform from the origin',
  provenBy: `node/http-proxy-compression?accept-encoding=gzip&response-header=${NO_TRANSFORM}`,
};

export default {
  id: 'node',
  name: 'Node.js',
  home: 'https://nodejs.org/',
  version: { args: ['--version'], pattern: /^v(\d+\.\d+\.\d+)/ },
  native: {
    program: 'node',
    addresses: 'in-environment',
    args: ({ files }) => [files['program'] ?? ''],
    checkArgs: ({ files }) => ['--check', files['program'] ?? ''],
  },
  docker: {
    image: 'unclog',
    entrypoint: ['node', RUNNING],
    paths: { program: RUNNING },
    workingDir: '/unclog',
    env: { PORT: '8080', UPSTREAM: 'http://origin:3000' },
  },
  variants: [
    {
      id: 'http-proxy',
      title: 'http-proxy as it comes',
      changes: 'nothing',
      files: { program: 'http-proxy.mjs' },
      tags: ['abort'],
      docs: [HTTP_PROXY, `${HTTP_PROXY}/blob/1.18.1/lib/http-proxy/passes/web-incoming.js`],
      package: 'http-proxy',
      lanes: [
        { expected: 'streams', why: 'The upstream’s answer is piped to the client: every read is written at once.' },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'The pipe does not look at the framing; the Content-Length is passed on.',
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'streams',
          why: 'The pipe does not look at the framing; to the client Node answers chunked.',
        },
      ],
    },
    {
      id: 'http-proxy-timeout-1s',
      title: 'http-proxy, and an upstream that is silent for a second is given up',
      changes: 'proxyTimeout: 1000',
      files: { program: 'http-proxy-timeout-1s.mjs' },
      docs: [
        `${HTTP_PROXY}#options`,
        `${HTTP_PROXY}/blob/1.18.1/lib/http-proxy/passes/web-incoming.js`,
        `${HTTP_PROXY}/issues/1520`,
        `${HTTP_PROXY}/issues/1559`,
      ],
      tags: ['timeouts', 'abort'],
      package: 'http-proxy',
      lanes: [
        {
          expected: 'streams',
          why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it. One that pauses longer is given up, and its client is never told: the measure “idle” shows that it hangs.',
        },
      ],
    },
    {
      id: 'http-proxy-compression',
      title: 'http-proxy behind Express’s compression',
      changes: 'compression()',
      files: { program: 'http-proxy-compression.mjs' },
      docs: [
        `${COMPRESSION}#server-sent-events`,
        `${COMPRESSION}/issues/17`,
        `${COMPRESSION}/issues/51`,
        'https://github.com/jshttp/compressible/issues/16',
        'https://nodejs.org/api/zlib.html#flushing',
      ],
      tags: ['compression', 'abort'],
      package: 'compression',
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'coalesces',
          why: 'Nothing calls res.flush(), so zlib keeps everything until it has a block worth writing: 150 KB and more of prose, more when the text repeats itself, so a usual stream comes out at its end. Before that come the headers and the 10 bytes of a gzip header.',
          fix: {
            change: 'compression({ filter }) that leaves text/event-stream alone',
            provenBy: 'node/http-proxy-compression-filter?accept-encoding=gzip',
          },
        },
        {
          vary: { 'accept-encoding': 'gzip, deflate, br' },
          expected: 'buffers',
          why: 'Browsers accept brotli, which compression prefers, and brotli writes nothing before its window is full or the stream ends: not even the headers leave.',
          fix: {
            change: 'compression({ filter }) that leaves text/event-stream alone',
            provenBy: 'node/http-proxy-compression-filter?accept-encoding=gzip, deflate, br',
          },
        },
        {
          vary: { 'accept-encoding': 'gzip', format: 'text' },
          expected: 'coalesces',
          why: 'text/plain counts as compressible, as all of text/* does, and is held in the same way.',
          fix: {
            change: SPARED.change,
            provenBy: `node/http-proxy-compression?accept-encoding=gzip&format=text&response-header=${NO_TRANSFORM}`,
          },
        },
        {
          vary: { 'accept-encoding': 'gzip', framing: 'content-length' },
          expected: 'coalesces',
          why: 'The compressor does not look at the framing; it drops the Content-Length and holds the body.',
          fix: SPARED,
        },
        {
          vary: { 'accept-encoding': 'gzip', 'response-header': NO_TRANSFORM },
          expected: 'streams',
          why: 'compression leaves alone what the origin marks as Cache-Control: no-transform.',
        },
        {
          vary: { 'accept-encoding': 'gzip', format: 'text', 'response-header': NO_TRANSFORM },
          expected: 'streams',
          why: 'compression leaves alone what the origin marks as Cache-Control: no-transform, whatever its type.',
        },
        {
          vary: { 'accept-encoding': 'gzip', 'response-header': 'x-accel-buffering: no' },
          expected: 'coalesces',
          why: 'X-Accel-Buffering is nginx’s header; compression does not know it and passes it on.',
          fix: SPARED,
        },
        {
          vary: { 'accept-encoding': 'gzip', format: 'ndjson' },
          expected: 'streams',
          why: 'application/x-ndjson is not in the list of compressible types, so it is not compressed and not held.',
        },
        {
          expected: 'streams',
          why: 'A client that accepts no compression gets none: curl streams where the browser does not.',
        },
      ],
    },
    {
      id: 'http-proxy-compression-filter',
      title: 'compression that leaves event streams alone',
      changes: 'compression({ filter })',
      files: { program: 'http-proxy-compression-filter.mjs' },
      docs: [`${COMPRESSION}#filter`, 'https://github.com/nestjs/nest/issues/5762'],
      tags: ['compression', 'fix', 'abort'],
      package: 'compression',
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'The filter says no for text/event-stream, so the events go through uncompressed.',
        },
        {
          vary: { 'accept-encoding': 'gzip, deflate, br' },
          expected: 'streams',
          why: 'The filter is asked before a coding is chosen, so brotli is spared as well.',
        },
        {
          vary: { 'accept-encoding': 'gzip', format: 'text' },
          expected: 'coalesces',
          why: 'The filter knows event streams only: words in text/plain are compressed and held as before.',
          fix: {
            change: SPARED.change,
            provenBy: `node/http-proxy-compression?accept-encoding=gzip&format=text&response-header=${NO_TRANSFORM}`,
          },
        },
      ],
    },
    {
      id: 'pipe',
      title: 'A proxy by hand: http.request and pipe',
      changes: 'upstream.pipe(response)',
      files: { program: 'pipe.mjs' },
      docs: [
        'https://nodejs.org/api/stream.html#readablepipedestination-options',
        'https://nodejs.org/api/http.html#httprequestoptions-callback',
      ],
      tags: ['hand-written', 'fix', 'abort'],
      lanes: [
        { expected: 'streams', why: 'pipe writes every read at once.' },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'pipe does not look at the framing; the Content-Length is passed on.',
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'streams',
          why: 'pipe does not look at the framing; to the client Node answers chunked.',
        },
      ],
    },
    {
      id: 'collect',
      title: 'A proxy by hand that collects, then sends',
      changes: 'await answer.toArray()',
      files: { program: 'collect.mjs' },
      docs: ['https://nodejs.org/api/stream.html#readabletoarrayoptions'],
      tags: ['hand-written', 'abort'],
      incremental: { why: 'The program collects the response to its end.' },
      lanes: [
        {
          expected: 'buffers',
          why: 'The answer is read to its end before any of it is sent, headers included, as `await response.text()` in a handler does it.',
          fix: { change: 'answer.pipe(response)', provenBy: 'node/pipe' },
        },
        {
          vary: { framing: 'content-length' },
          expected: 'buffers',
          why: 'The answer is read to its end before any of it is sent, whatever its framing.',
          fix: { change: 'answer.pipe(response)', provenBy: 'node/pipe?framing=content-length' },
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
