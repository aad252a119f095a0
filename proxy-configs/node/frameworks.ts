/** Proxies of the frameworks: Fastify’s plugin and Hono’s helper. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const FASTIFY = 'https://github.com/fastify/fastify-http-proxy';
const REPLY_FROM = 'https://github.com/fastify/fastify-reply-from';
const HONO = 'https://hono.dev/docs/helpers/proxy';

export const FRAMEWORKS: VariantDeclaration[] = [
  {
    id: 'fastify',
    title: '@fastify/http-proxy as it comes',
    changes: 'nothing',
    files: { program: 'fastify.mjs' },
    docs: [FASTIFY, `${REPLY_FROM}#undici`],
    tags: ['fix', 'abort'],
    package: '@fastify/http-proxy',
    lanes: [
      { expected: 'streams', why: 'undici’s body is sent by Fastify as a stream: every read is written at once.' },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'The stream is passed on whatever its framing; the Content-Length is kept.',
      },
    ],
  },
  {
    id: 'fastify-body-timeout-1s',
    title: '@fastify/http-proxy, and an upstream that is silent for a second is given up',
    changes: 'undici: { bodyTimeout: 1000 }',
    files: { program: 'fastify-body-timeout-1s.mjs' },
    docs: [`${REPLY_FROM}#undici`, 'https://undici.nodejs.org/#/docs/api/Client.md'],
    tags: ['timeouts'],
    package: '@fastify/http-proxy',
    lanes: [
      {
        expected: 'streams',
        why: 'bodyTimeout counts from one read to the next, 300 s by default: a stream that flows is not touched, one that pauses for longer is cut. Unlike the way without undici it makes no exception for event streams.',
      },
    ],
  },
  {
    id: 'fastify-http',
    title: '@fastify/http-proxy without undici',
    changes: 'undici: false',
    files: { program: 'fastify-http.mjs' },
    docs: [`${REPLY_FROM}#http--http2-timeouts`, `${REPLY_FROM}/issues/298`, `${REPLY_FROM}/pull/299`],
    tags: ['abort'],
    package: '@fastify/http-proxy',
    lanes: [
      {
        vary: { 'content-type': 'text/event-stream; charset=utf-8' },
        expected: 'streams',
        why: 'While it flows. A silence of 10 s ends it, the default timeout of this way: the timeout is lifted only where the content type is text/event-stream and nothing more.',
      },
      {
        expected: 'streams',
        why: 'node:http’s response is sent by Fastify as a stream; of this exact content type the timeout is lifted.',
      },
    ],
  },
  {
    id: 'fastify-http-timeout-1s',
    title: '@fastify/http-proxy without undici, and an upstream that is silent for a second is given up',
    changes: 'http: { requestOptions: { timeout: 1000 } }',
    files: { program: 'fastify-http-timeout-1s.mjs' },
    docs: [`${REPLY_FROM}#http--http2-timeouts`, `${REPLY_FROM}/issues/298`, `${REPLY_FROM}/pull/299`],
    tags: ['timeouts'],
    package: '@fastify/http-proxy',
    lanes: [
      {
        vary: { 'content-type': 'text/event-stream; charset=utf-8' },
        expected: 'streams',
        why: 'While it flows. The content type is compared as a whole, so with a parameter it is no event stream: a silence of a second ends it, which the measure “idle” shows.',
      },
      {
        expected: 'streams',
        why: 'Of text/event-stream and nothing more the timeout is lifted once the headers are there: only a slow first token is cut.',
      },
    ],
  },
  {
    id: 'hono-proxy',
    title: 'Hono’s proxy helper, in Node',
    changes: 'nothing',
    files: { program: 'hono-proxy.mjs' },
    docs: [HONO, 'https://github.com/honojs/node-server'],
    tags: ['fix', 'abort'],
    package: 'hono',
    lanes: [
      {
        expected: 'streams',
        why: 'The answer of fetch is returned with its stream, which the server writes read by read. Unlike most it sends the headers when they come, and not with the first word.',
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'The server reads ahead two pieces where they are there already, and waits for none, whatever type and length.',
      },
    ],
  },
  {
    id: 'hono-fetch',
    title: 'A handler that returns what fetch gives it',
    changes: 'fetch(url, request)',
    files: { program: 'hono-fetch.mjs' },
    docs: [HONO, 'https://github.com/honojs/node-server', 'https://github.com/honojs/hono/issues/1770'],
    tags: ['abort'],
    package: '@hono/node-server',
    lanes: [
      {
        expected: 'streams',
        why: 'A Response that holds a stream is written read by read. The request brings its signal along, which ends the fetch when the client leaves; issue 1770 misses that in streams that a handler writes itself.',
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'A Response that holds a stream is written read by read, whatever its type and length.',
      },
    ],
  },
];
