/** http-proxy, and what was made of it: http-proxy-3, httpxy, http-proxy-middleware; and express-http-proxy. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const HTTP_PROXY = 'https://github.com/http-party/node-http-proxy';
const HTTP_PROXY_3 = 'https://github.com/sagemathinc/http-proxy-3';
const HTTPXY = 'https://github.com/unjs/httpxy';
const MIDDLEWARE = 'https://github.com/chimurai/http-proxy-middleware';
const EXPRESS_PROXY = 'https://github.com/villadora/express-http-proxy';

export const LIBRARIES: VariantDeclaration[] = [
  {
    id: 'http-proxy',
    title: 'http-proxy as it comes',
    changes: 'nothing',
    files: { program: 'http-proxy.mjs' },
    tags: ['abort'],
    docs: [
      HTTP_PROXY,
      `${HTTP_PROXY}/blob/1.18.1/lib/http-proxy/passes/web-incoming.js`,
      `${HTTP_PROXY}/issues/1520`,
      `${HTTP_PROXY}/pull/1559`,
    ],
    package: 'http-proxy',
    lanes: [
      {
        core: true,
        expected: 'streams',
        why: 'The upstream’s answer is piped to the client: every read is written at once. It goes on when the client has left (issue 1520): the event that should end it does not come since Node 15.5 (pull 1559).',
      },
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
      'https://github.com/vitejs/vite/issues/20712',
    ],
    tags: ['timeouts', 'abort'],
    package: 'http-proxy',
    lanes: [
      {
        expected: 'streams',
        why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it. One that pauses longer is given up, and its client is never told: the measure “idle” shows that it hangs, as it does (vite’s issue 20712) when the upstream dies.',
      },
    ],
  },
  {
    id: 'http-proxy-self-handle',
    title: 'http-proxy whose response is handled by hand: collected',
    changes: 'selfHandleResponse: true, and Buffer.concat(body)',
    files: { program: 'http-proxy-self-handle.mjs' },
    docs: [`${HTTP_PROXY}#modify-response`],
    tags: ['abort'],
    package: 'http-proxy',
    lanes: [
      {
        expected: 'buffers',
        why: 'The README’s example of a changed response collects the whole body, and only then answers: not even the headers leave before.',
        fix: {
          change: 'pipeline(answer, response) in place of collecting',
          provenBy: 'node/http-proxy-self-handle-pipe',
        },
      },
    ],
  },
  {
    id: 'http-proxy-self-handle-pipe',
    title: 'http-proxy whose response is handled by hand: piped',
    changes: 'selfHandleResponse: true, and pipeline(answer, response)',
    files: { program: 'http-proxy-self-handle-pipe.mjs' },
    docs: [
      `${HTTP_PROXY}#modify-response`,
      'https://nodejs.org/api/stream.html#streampipelinesource-transforms-destination-callback',
    ],
    tags: ['fix', 'abort'],
    package: 'http-proxy',
    lanes: [
      {
        expected: 'streams',
        why: 'selfHandleResponse itself holds nothing: headers can be changed while the body is piped, read by read.',
      },
    ],
  },
  {
    id: 'http-proxy-3',
    title: 'http-proxy-3 as it comes',
    changes: 'nothing',
    files: { program: 'http-proxy-3.mjs' },
    docs: [HTTP_PROXY_3],
    tags: ['abort'],
    package: 'http-proxy-3',
    lanes: [
      { expected: 'streams', why: 'The upstream’s answer is piped to the client: every read is written at once.' },
      {
        vary: { framing: 'close-delimited' },
        expected: 'streams',
        why: 'The pipe does not look at the framing; to the client Node answers chunked.',
      },
    ],
  },
  {
    id: 'http-proxy-3-timeout-1s',
    title: 'http-proxy-3, and an upstream that is silent for a second is given up',
    changes: 'proxyTimeout: 1000',
    files: { program: 'http-proxy-3-timeout-1s.mjs' },
    docs: [`${HTTP_PROXY_3}#options`],
    tags: ['timeouts'],
    package: 'http-proxy-3',
    lanes: [
      {
        expected: 'streams',
        why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it. One that pauses longer is given up, and its client hangs, as with http-proxy.',
      },
    ],
  },
  {
    id: 'http-proxy-3-fetch',
    title: 'http-proxy-3 by way of fetch',
    changes: 'fetch',
    files: { program: 'http-proxy-3-fetch.mjs' },
    docs: [`${HTTP_PROXY_3}#http2-support-with-fetch`],
    tags: ['abort'],
    package: 'http-proxy-3',
    lanes: [
      { expected: 'streams', why: 'The web stream of the answer is piped to the client, read by read.' },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'The pipe does not look at the framing; the Content-Length is passed on.',
      },
    ],
  },
  {
    id: 'http-proxy-3-fetch-timeout-2s',
    title: 'http-proxy-3 by way of fetch, with two seconds for the whole response',
    changes: 'fetch, proxyTimeout: 2000',
    files: { program: 'http-proxy-3-fetch-timeout-2s.mjs' },
    docs: [`${HTTP_PROXY_3}#options`, 'https://nodejs.org/api/globals.html#static-method-abortsignaltimeoutdelay'],
    tags: ['timeouts'],
    package: 'http-proxy-3',
    lanes: [
      {
        expected: 'streams',
        why: 'A stream that is over within the limit is not touched by it. With fetch the same option becomes AbortSignal.timeout, which counts from the request and not from the last read: a longer stream is cut however lively it is.',
      },
    ],
  },
  {
    id: 'httpxy',
    title: 'httpxy as it comes',
    changes: 'nothing',
    files: { program: 'httpxy.mjs' },
    docs: [HTTPXY, `${HTTPXY}/issues/84`, `${HTTPXY}/issues/85`],
    tags: ['abort'],
    package: 'httpxy',
    lanes: [
      { expected: 'streams', why: 'The upstream’s answer is piped to the client: every read is written at once.' },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'The pipe does not look at the framing; the Content-Length is passed on.',
      },
    ],
  },
  {
    id: 'httpxy-timeout-1s',
    title: 'httpxy, and an upstream that is silent for a second is given up',
    changes: 'proxyTimeout: 1000',
    files: { program: 'httpxy-timeout-1s.mjs' },
    docs: [`${HTTPXY}#options`, `${HTTPXY}/issues/84`],
    tags: ['timeouts'],
    package: 'httpxy',
    lanes: [
      {
        expected: 'streams',
        why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it. One that pauses longer is given up, and unlike http-proxy’s its client is told; that of 0.1.7, which issue 84 is about, was not told of an upstream that had died.',
      },
    ],
  },
  {
    id: 'http-proxy-middleware',
    title: 'http-proxy-middleware as it comes',
    changes: 'nothing',
    files: { program: 'http-proxy-middleware.mjs' },
    docs: [MIDDLEWARE, `${MIDDLEWARE}/issues/371`],
    tags: ['express', 'fix', 'abort'],
    package: 'http-proxy-middleware',
    lanes: [
      { expected: 'streams', why: 'It hands the request to httpxy, which pipes: every read is written at once.' },
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'The pipe looks neither at the content type nor at the framing.',
      },
      {
        vary: { 'request-body': '64' },
        expected: 'streams',
        why: 'With no parser in front of it the request’s body is piped too; the response does not wait for anything but the origin.',
      },
    ],
  },
  {
    id: 'http-proxy-middleware-3',
    title: 'http-proxy-middleware 3, which is built on http-proxy',
    changes: 'version 3 in place of 4',
    files: { program: 'http-proxy-middleware-3.mjs' },
    docs: [
      `${MIDDLEWARE}/tree/v3.0.5#readme`,
      `${MIDDLEWARE}/blob/v3.0.5/src/plugins/default/debug-proxy-errors-plugin.ts`,
      `${MIDDLEWARE}/issues/678`,
      `${HTTP_PROXY}/issues/1520`,
    ],
    tags: ['express', 'abort'],
    package: 'http-proxy-middleware-3',
    lanes: [
      {
        expected: 'streams',
        why: 'It pipes as http-proxy does. Unlike that it tells the origin of a client that left, by a plugin of its own (issue 678); an origin that closes its connection in the middle of a body leaves the client hanging, as with http-proxy.',
      },
    ],
  },
  {
    id: 'http-proxy-middleware-interceptor',
    title: 'http-proxy-middleware that intercepts responses',
    changes: 'responseInterceptor',
    files: { program: 'http-proxy-middleware-interceptor.mjs' },
    docs: [
      `${MIDDLEWARE}#intercept-and-manipulate-responses`,
      `${MIDDLEWARE}/blob/master/recipes/response-interceptor.md`,
    ],
    tags: ['express', 'abort'],
    package: 'http-proxy-middleware',
    lanes: [
      {
        expected: 'buffers',
        why: 'The interceptor is given the whole body at once, so it is collected first; the README says that it disables streaming. When the origin dies meanwhile, so does the process (4.2.1): headers are set after the library’s own error message has been sent.',
        fix: { change: 'no responseInterceptor on the routes that stream', provenBy: 'node/http-proxy-middleware' },
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'buffers',
        why: 'Whatever the type and the framing: the interceptor asks for the whole body.',
        fix: {
          change: 'no responseInterceptor on the routes that stream',
          provenBy: 'node/http-proxy-middleware?format=text&framing=content-length',
        },
      },
    ],
  },
  {
    id: 'express-http-proxy',
    title: 'express-http-proxy as it comes',
    changes: 'nothing',
    files: { program: 'express-http-proxy.mjs' },
    docs: [`${EXPRESS_PROXY}#streaming`, `${EXPRESS_PROXY}/issues/334`],
    tags: ['fix', 'abort'],
    package: 'express-http-proxy',
    lanes: [
      {
        expected: 'streams',
        why: 'While nothing asks for the response, it is piped: every read is written at once. Express makes text/event-stream; charset=utf-8 of the content type, by which a hop nearer the client may not know an event stream.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'The pipe does not look at the framing; the Content-Length is passed on.',
      },
    ],
  },
  {
    id: 'express-http-proxy-headers',
    title: 'express-http-proxy that changes a header',
    changes: 'userResHeaderDecorator',
    files: { program: 'express-http-proxy-headers.mjs' },
    docs: [`${EXPRESS_PROXY}#streaming`, `${EXPRESS_PROXY}#userresheaderdecorator`, `${EXPRESS_PROXY}/issues/334`],
    tags: ['abort'],
    package: 'express-http-proxy',
    lanes: [
      {
        expected: 'buffers',
        why: 'Any of its options for the response, were it for a header alone, switches streaming off: the body is collected first.',
        fix: {
          change: 'no userResDecorator, userResHeaderDecorator or maybeSkipToNextHandler on the routes that stream',
          provenBy: 'node/express-http-proxy',
        },
      },
    ],
  },
];
