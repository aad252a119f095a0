/** Compressors in front of a proxy: compression of Express, @fastify/compress, Hono’s compress, zlib by hand. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const COMPRESSION = 'https://github.com/expressjs/compression';
const FASTIFY_COMPRESS = 'https://github.com/fastify/fastify-compress';
const HONO_COMPRESS = 'https://hono.dev/docs/middleware/builtin/compress';
const FLUSHING = 'https://nodejs.org/api/zlib.html#flushing';
const NO_TRANSFORM = 'cache-control: no-transform';
const BROWSER = 'gzip, deflate, br, zstd';

const SPARED = {
  change: 'Cache-Control: no-transform from the origin',
  provenBy: `node/http-proxy-compression?accept-encoding=gzip&response-header=${NO_TRANSFORM}`,
};

export const COMPRESSORS: VariantDeclaration[] = [
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
      FLUSHING,
    ],
    tags: ['compression', 'abort'],
    package: 'compression',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'coalesces',
        why: 'Nothing calls res.flush(), so zlib keeps everything until it has a block worth writing: with its buffers as they come that took 78,848 to 87,040 bytes of prose in writes of 512 bytes, and twice that and more of words that repeat themselves as the bench’s do, so a usual stream comes out at its end. Before that come the headers and the 10 bytes of a gzip header.',
        fix: [
          {
            change: 'compression({ filter }) that leaves text/event-stream alone',
            provenBy: 'node/http-proxy-compression-filter?accept-encoding=gzip',
          },
          SPARED,
        ],
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
    id: 'http-proxy-compression-sync-flush',
    title: 'compression that flushes after every write',
    changes: 'compression({ flush: Z_SYNC_FLUSH, brotli: { flush: BROTLI_OPERATION_FLUSH } })',
    files: { program: 'http-proxy-compression-sync-flush.mjs' },
    docs: [FLUSHING, `${COMPRESSION}#options`, `${COMPRESSION}/issues/41`],
    tags: ['compression', 'fix'],
    package: 'compression',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'compression hands its options to zlib, whose own option is which flush follows a write: with Z_SYNC_FLUSH each is complete.',
      },
      {
        vary: { 'accept-encoding': 'gzip, deflate, br' },
        expected: 'streams',
        why: 'brotli has options of its own, and a flush of its own.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text' },
        expected: 'streams',
        why: 'The flush is the compressor’s, whatever the content type: nothing need be left uncompressed.',
      },
    ],
  },
  {
    id: 'http-proxy-compression-chunk-size',
    title: 'compression with a small chunkSize',
    changes: 'compression({ chunkSize: 1024 })',
    files: { program: 'http-proxy-compression-chunk-size.mjs' },
    docs: [`${COMPRESSION}#chunksize`, `${COMPRESSION}/issues/61`],
    tags: ['compression'],
    package: 'compression',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'coalesces',
        why: 'chunkSize is the size of the buffer that zlib writes to, not of what it waits for: the threshold is that of the default, to the byte, though issue 61 has chunkSize for what is filled up.',
        fix: {
          change: 'flush: constants.Z_SYNC_FLUSH',
          provenBy: 'node/http-proxy-compression-sync-flush?accept-encoding=gzip',
        },
      },
    ],
  },
  {
    id: 'http-proxy-compression-mem-level',
    title: 'compression with the least memory',
    changes: 'compression({ memLevel: 1 })',
    files: { program: 'http-proxy-compression-mem-level.mjs' },
    docs: [`${COMPRESSION}#memlevel`, 'https://zlib.net/manual.html#Advanced'],
    tags: ['compression'],
    package: 'compression',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'coalesces',
        why: 'memLevel is how many symbols zlib gathers for a block: 16384 by default, 128 with the least. It holds less, some 500 bytes of this text, and holds still.',
        fix: {
          change: 'flush: constants.Z_SYNC_FLUSH',
          provenBy: 'node/http-proxy-compression-sync-flush?accept-encoding=gzip',
        },
      },
    ],
  },
  {
    id: 'http-proxy-middleware-compression',
    title: 'http-proxy-middleware behind compression',
    changes: 'compression() before it',
    files: { program: 'http-proxy-middleware-compression.mjs' },
    docs: [
      `${COMPRESSION}#server-sent-events`,
      'https://github.com/react/create-react-app/issues/3391',
      'https://github.com/ember-cli/ember-cli/pull/7809',
    ],
    tags: ['express', 'compression'],
    package: 'http-proxy-middleware',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'coalesces',
        why: 'The middleware pipes into a response that compression has made its own, and zlib keeps what it gets until it has a block worth writing.',
        fix: {
          change: "answer.on('data', () => process.nextTick(() => response.flush())), in on.proxyRes",
          provenBy: 'node/http-proxy-middleware-flush?accept-encoding=gzip',
        },
      },
      {
        vary: { 'accept-encoding': BROWSER },
        expected: 'buffers',
        why: 'Browsers accept brotli, which compression prefers, and which writes nothing before its window is full or the stream ends.',
        fix: {
          change: "answer.on('data', () => process.nextTick(() => response.flush())), in on.proxyRes",
          provenBy: `node/http-proxy-middleware-flush?accept-encoding=${BROWSER}`,
        },
      },
    ],
  },
  {
    id: 'http-proxy-middleware-flush',
    title: 'http-proxy-middleware behind compression, flushed after every read',
    changes: 'process.nextTick(() => response.flush()), in on.proxyRes',
    files: { program: 'http-proxy-middleware-flush.mjs' },
    docs: [`${COMPRESSION}#resflush`, `${COMPRESSION}#server-sent-events`],
    tags: ['express', 'compression', 'fix'],
    package: 'http-proxy-middleware',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'compression adds flush() to the response, and in the next tick what was read has been written to it.',
      },
      {
        vary: { 'accept-encoding': BROWSER },
        expected: 'streams',
        why: 'flush() is the same for brotli.',
      },
    ],
  },
  {
    id: 'http-proxy-middleware-flush-early',
    title: 'http-proxy-middleware behind compression, flushed before every write',
    changes: 'response.flush(), in on.proxyRes',
    files: { program: 'http-proxy-middleware-flush-early.mjs' },
    docs: [`${COMPRESSION}#resflush`, 'https://github.com/dpskvn/express-sse/issues/26'],
    tags: ['express', 'compression'],
    package: 'http-proxy-middleware',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'coalesces',
        why: 'proxyRes is told before the pipe is laid, so its listener is called before the word is written: each word comes with the next one, and the last with the end.',
        fix: {
          change: 'process.nextTick(() => response.flush())',
          provenBy: 'node/http-proxy-middleware-flush?accept-encoding=gzip',
        },
      },
    ],
  },
  {
    id: 'fastify-compress',
    title: '@fastify/http-proxy behind @fastify/compress',
    changes: 'app.register(compress)',
    files: { program: 'fastify-compress.mjs' },
    docs: [FASTIFY_COMPRESS, `${FASTIFY_COMPRESS}/pull/133`, `${FASTIFY_COMPRESS}/issues/240`],
    tags: ['compression'],
    package: '@fastify/compress',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'text/event-stream is left out of the types that are compressed by default.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text' },
        expected: 'coalesces',
        why: 'Other text is compressed, and nothing flushes. The threshold of 1024 bytes is for answers whose length is known beforehand, not for streams.',
        fix: {
          change: 'zlibOptions: { flush: constants.Z_SYNC_FLUSH }',
          provenBy: 'node/fastify-compress-flush?accept-encoding=gzip&format=text',
        },
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text', 'response-header': NO_TRANSFORM },
        expected: 'coalesces',
        why: 'Unlike Express’s compression it does not look for no-transform; the request’s header X-No-Compression is what it knows.',
        fix: {
          change: 'zlibOptions: { flush: constants.Z_SYNC_FLUSH }',
          provenBy: 'node/fastify-compress-flush?accept-encoding=gzip&format=text',
        },
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'ndjson' },
        expected: 'streams',
        why: 'application/x-ndjson is not among the types: the pattern asks for /json or +json.',
      },
    ],
  },
  {
    id: 'fastify-compress-custom-types',
    title: '@fastify/compress of all text',
    changes: 'customTypes: /^text\\/|\\/json/',
    files: { program: 'fastify-compress-custom-types.mjs' },
    docs: [`${FASTIFY_COMPRESS}#customtypes`],
    tags: ['compression'],
    package: '@fastify/compress',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'coalesces',
        why: 'A pattern of one’s own replaces the default, and with it the exception for event streams: zlib keeps what it gets until it has a block worth writing.',
        fix: {
          change: 'zlibOptions: { flush: constants.Z_SYNC_FLUSH }',
          provenBy: 'node/fastify-compress-flush?accept-encoding=gzip',
        },
      },
      {
        vary: { 'accept-encoding': BROWSER },
        expected: 'coalesces',
        why: 'Browsers accept zstd, which it prefers, and which writes nothing before it has a block of 128 KiB.',
        fix: {
          change: 'brotliOptions: { flush: constants.BROTLI_OPERATION_FLUSH }, and no zstd',
          provenBy: `node/fastify-compress-flush?accept-encoding=${BROWSER}`,
        },
      },
    ],
  },
  {
    id: 'fastify-compress-flush',
    title: '@fastify/compress of all text, flushed after every write',
    changes: 'zlibOptions: { flush: Z_SYNC_FLUSH }, brotliOptions: { flush: BROTLI_OPERATION_FLUSH }, no zstd',
    files: { program: 'fastify-compress-flush.mjs' },
    docs: [`${FASTIFY_COMPRESS}#brotlioptions-and-zliboptions`, FLUSHING],
    tags: ['compression', 'fix'],
    package: '@fastify/compress',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'zlib’s own option is which flush follows a write: with Z_SYNC_FLUSH each is complete.',
      },
      {
        vary: { 'accept-encoding': BROWSER },
        expected: 'streams',
        why: 'brotli is next in line where zstd is left out. zstd would be given zlibOptions too, where the number of Z_SYNC_FLUSH ends a frame with every write, and not every decoder reads on behind a frame: the client’s of this bench failed now and then.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text' },
        expected: 'streams',
        why: 'The flush is the compressor’s, whatever the content type.',
      },
    ],
  },
  {
    id: 'hono-compress',
    title: 'Hono’s proxy helper behind Hono’s compress',
    changes: 'app.use(compress())',
    files: { program: 'hono-compress.mjs' },
    docs: [HONO_COMPRESS, 'https://github.com/honojs/hono/pull/3833', 'https://github.com/honojs/hono/pull/4027'],
    tags: ['compression'],
    package: 'hono',
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'Event streams are left alone, since CompressionStream cannot be flushed.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text' },
        expected: 'coalesces',
        why: 'A chunked answer is spared only while it says so: the proxy helper takes Transfer-Encoding off, as a field of the connection, and the text is compressed and held.',
        fix: {
          change: SPARED.change,
          provenBy: `node/hono-compress?accept-encoding=gzip&format=text&response-header=${NO_TRANSFORM}`,
        },
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text', 'response-header': NO_TRANSFORM },
        expected: 'streams',
        why: 'compress leaves alone what the origin marks as Cache-Control: no-transform.',
      },
    ],
  },
  {
    id: 'gzip',
    title: 'A proxy by hand that compresses',
    changes: 'createGzip()',
    files: { program: 'gzip.mjs' },
    docs: [FLUSHING, 'https://nodejs.org/api/zlib.html#class-options'],
    tags: ['compression', 'hand-written'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'coalesces',
        why: 'zlib keeps what it gets until it has a block worth writing: Z_NO_FLUSH is the default.',
        fix: {
          change: 'createGzip({ flush: constants.Z_SYNC_FLUSH })',
          provenBy: 'node/gzip-sync-flush?accept-encoding=gzip',
        },
      },
      {
        expected: 'streams',
        why: 'A client that accepts no compression gets none: curl streams where the browser does not.',
      },
    ],
  },
  {
    id: 'gzip-sync-flush',
    title: 'A proxy by hand that compresses, flushed after every write',
    changes: 'createGzip({ flush: constants.Z_SYNC_FLUSH })',
    files: { program: 'gzip-sync-flush.mjs' },
    docs: [FLUSHING, 'https://nodejs.org/api/zlib.html#class-options'],
    tags: ['compression', 'hand-written', 'fix'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'Each write is compressed and completed, so that it can be read at once.',
      },
    ],
  },
];
