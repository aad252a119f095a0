import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const HTTPX_STREAMING = 'https://www.python-httpx.org/async/#streaming-responses';
const HTTPX_DECODERS = 'https://github.com/encode/httpx/blob/0.28.1/httpx/_decoders.py';
const MIDDLEWARE = 'https://www.starlette.io/middleware/';
const STREAMING_RESPONSE = 'https://www.starlette.io/responses/#streamingresponse';
const UVICORN_HTTP = 'https://www.uvicorn.org/settings/#implementation';
const REQUESTS = 'https://requests.readthedocs.io/en/latest/user/advanced/#body-content-workflow';

export default {
  id: 'asgi',
  name: 'Python ASGI proxy',
  home: 'https://www.starlette.io',
  native: {
    program: 'python3',
    packages: { from: 'pip', main: 'starlette', unpackedMB: 15 },
    addresses: 'in-environment',
    paths: { program: 'proxy.py' },
    args: () => ['proxy.py'],
    checkArgs: ({ files }) => ['-m', 'ast', files['program'] ?? 'proxy.py'],
  },
  variants: [
    {
      id: 'aiter-raw',
      title: 'Starlette and httpx by hand, what is read is sent',
      changes: 'StreamingResponse(answer.aiter_raw())',
      files: { program: 'aiter-raw.py' },
      docs: [HTTPX_STREAMING, STREAMING_RESPONSE, UVICORN_HTTP],
      tags: ['hand-written', 'fix', 'abort'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'aiter_raw() yields every read, and uvicorn writes every part that it is sent.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'aiter_raw() does not look at the framing; the Content-Length is passed on.',
        },
        {
          vary: { format: 'text' },
          expected: 'streams',
          why: 'aiter_raw() does not look at what it reads either: words without a line end pass as they come.',
        },
        {
          vary: { 'content-encoding': 'gzip' },
          expected: 'streams',
          why: 'aiter_raw() yields the bytes as they came on the wire, which the Content-Encoding that is passed on with them describes.',
        },
        {
          vary: { 'http-version': '1.0' },
          expected: 'streams',
          why: 'httptools, which uvicorn takes where it is installed, answers in chunks whoever asks in HTTP/1.0 too; nginx before 1.29.7, which asks so, understands them.',
        },
      ],
    },
    {
      id: 'uvicorn-h11',
      title: 'uvicorn with its pure-Python parser',
      changes: 'uvicorn.run(http="h11")',
      files: { program: 'uvicorn-h11.py' },
      docs: [UVICORN_HTTP],
      tags: ['hand-written', 'http-version'],
      lanes: [
        {
          vary: { 'http-version': '1.0' },
          expected: 'streams',
          why: 'h11 knows that HTTP/1.0 has no chunks, and ends the body by closing. An nginx before it holds such a body (nginx/default?framing=close-delimited), though the same program with httptools streams through it.',
        },
      ],
    },
    {
      id: 'aiter-bytes-1024',
      title: 'Pieces of 1024 bytes asked of httpx',
      changes: 'answer.aiter_bytes(1024)',
      files: { program: 'aiter-bytes-1024.py' },
      docs: [HTTPX_STREAMING, HTTPX_DECODERS, 'https://github.com/databricks/unity-gateway/pull/361'],
      tags: ['hand-written'],
      lanes: [
        {
          expected: 'coalesces',
          why: 'httpx’s ByteChunker keeps what it reads until it has 1024 bytes of it.',
          fix: { change: 'answer.aiter_raw()', provenBy: 'asgi/aiter-raw' },
        },
        {
          vary: { chunk: '1024' },
          expected: 'streams',
          why: 'Pieces that come in just that size are never short of it.',
        },
      ],
    },
    {
      id: 'aiter-lines',
      title: 'Lines asked of httpx',
      changes: 'answer.aiter_lines()',
      files: { program: 'aiter-lines.py' },
      docs: [HTTPX_STREAMING, HTTPX_DECODERS],
      tags: ['hand-written'],
      lanes: [
        { expected: 'streams', why: 'Every event ends with a line end, so none is held.' },
        {
          vary: { format: 'text' },
          expected: 'breaks',
          why: 'Words without a line end are one line, which httpx’s LineDecoder holds until the stream ends; and then it gets a line end that was never in it.',
          fix: { change: 'answer.aiter_raw()', provenBy: 'asgi/aiter-raw?format=text' },
        },
        {
          vary: { 'content-encoding': 'gzip' },
          expected: 'breaks',
          why: 'aiter_lines() decodes the body as aiter_bytes() and aiter_text() do, and the Content-Encoding that is passed on with it tells the client to unpack what is no gzip any more.',
          fix: { change: 'answer.aiter_raw()', provenBy: 'asgi/aiter-raw?content-encoding=gzip' },
        },
      ],
    },
    {
      id: 'aread',
      title: 'The whole answer is read, then sent',
      changes: 'await answer.aread()',
      files: { program: 'aread.py' },
      docs: [HTTPX_STREAMING],
      tags: ['hand-written', 'abort'],
      lanes: [
        {
          core: true,
          expected: 'buffers',
          why: 'aread() waits for the last byte, as a plain client.get() does, and the head is sent after it.',
          fix: { change: 'StreamingResponse(answer.aiter_raw())', provenBy: 'asgi/aiter-raw' },
        },
      ],
    },
    {
      id: 'unbounded-queue',
      title: 'A task that reads, a queue, a task that sends',
      changes: 'parts = asyncio.Queue()',
      files: { program: 'unbounded-queue.py' },
      docs: ['https://docs.python.org/3/library/asyncio-queue.html', STREAMING_RESPONSE],
      tags: ['hand-written', 'abort', 'backpressure'],
      lanes: [
        {
          expected: 'streams',
          why: 'Every part passes the queue at once. But the reader waits for nobody: what the client does not take is all kept, and when the client leaves it reads on to the end.',
        },
      ],
    },
    {
      id: 'timeout-1s',
      title: 'A timeout of a second for each read',
      changes: 'httpx.AsyncClient(timeout=1.0)',
      files: { program: 'timeout-1s.py' },
      docs: ['https://www.python-httpx.org/advanced/timeouts/'],
      tags: ['hand-written', 'timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'The timeout counts from one read to the next. A pause longer than that ends the stream, with httpx’s default of 5 s too.',
        },
      ],
    },
    {
      id: 'gzip-middleware',
      title: 'Starlette’s compression',
      changes: 'Middleware(GZipMiddleware)',
      files: { program: 'gzip-middleware.py' },
      docs: [
        `${MIDDLEWARE}#gzipmiddleware`,
        'https://github.com/Kludex/starlette/pull/2753',
        'https://github.com/Kludex/starlette/pull/2871',
        'https://github.com/Kludex/starlette/pull/3419',
        'https://github.com/Kludex/starlette/pull/3427',
      ],
      tags: ['compression'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'text/event-stream is left alone (since 0.46.0); its head is kept until the first event, though.',
        },
        {
          vary: { 'accept-encoding': 'gzip', format: 'text' },
          expected: 'streams',
          why: 'Since 1.5.0 what was compressed is flushed with each part of a stream.',
          earlier: {
            before: '1.5.0',
            expected: 'coalesces',
            why: 'Nothing is flushed before the compressor has about 32 KiB (pull 2753).',
            noFix: 'Only Starlette 1.5.0, or leaving the middleware out, lets compressed text through piece by piece.',
          },
        },
      ],
    },
    {
      id: 'middleware-collects',
      title: 'A middleware that reads the whole body, to log it',
      changes: 'response.body_iterator is read to its end',
      files: { program: 'middleware-collects.py' },
      docs: [`${MIDDLEWARE}#basehttpmiddleware`],
      tags: ['hand-written', 'abort'],
      lanes: [
        {
          expected: 'buffers',
          why: 'The middleware sends an answer of its own once it has all of the other, headers included.',
          fix: { change: 'do not read body_iterator in the middleware', provenBy: 'asgi/middleware-passes' },
        },
      ],
    },
    {
      id: 'middleware-passes',
      title: 'A middleware that only sets a header',
      changes: 'BaseHTTPMiddleware',
      files: { program: 'middleware-passes.py' },
      docs: [`${MIDDLEWARE}#basehttpmiddleware`],
      tags: ['hand-written', 'fix', 'abort'],
      lanes: [
        {
          expected: 'streams',
          why: 'call_next hands the body on part by part, through a stream in memory that keeps none of it. But that the origin died in the middle is lost there: with or without a body that is touched, the client sees a clean end.',
        },
      ],
    },
    {
      id: 'requests-iter-content-1024',
      title: 'requests in a thread, pieces of 1024 bytes',
      changes: 'answer.iter_content(1024)',
      files: { program: 'requests-iter-content-1024.py' },
      docs: [REQUESTS, 'https://github.com/psf/requests/issues/2433'],
      tags: ['hand-written', 'abort'],
      lanes: [
        {
          expected: 'streams',
          why: 'Of a chunked body urllib3 gives each chunk by itself, at most 1024 bytes of it.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'coalesces',
          why: 'Of a body of known length a read of 1024 bytes waits until it has them.',
          fix: { change: 'answer.raw.read1(65536)', provenBy: 'asgi/requests-read1?framing=content-length' },
        },
      ],
    },
    {
      id: 'requests-read1',
      title: 'requests in a thread, what is there is read',
      changes: 'answer.raw.read1(65536)',
      files: { program: 'requests-read1.py' },
      docs: ['https://urllib3.readthedocs.io/en/stable/reference/urllib3.response.html'],
      tags: ['hand-written', 'fix'],
      lanes: [
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'read1() gives what one read of the socket brought, and does not wait for more.',
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
