/** Proxies behind a body parser: it has read the request’s body before the proxy would. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const HTTP_PROXY = 'https://github.com/http-party/node-http-proxy';
const MIDDLEWARE = 'https://github.com/chimurai/http-proxy-middleware';
const PARSER = 'https://expressjs.com/en/5x/api.html#express.json';

const BODY = { 'request-body': '64' };

const BODY_IS_READ =
  'The parser has read the body, and the proxy pipes what is left, nothing, behind a Content-Length that announces it all: the origin waits for a body that never comes, and the client for a stream.';

export const PARSED: VariantDeclaration[] = [
  {
    id: 'http-proxy-middleware-json',
    title: 'http-proxy-middleware behind express.json()',
    changes: 'app.use(express.json()) before app.use(createProxyMiddleware(…))',
    files: { program: 'http-proxy-middleware-json.mjs' },
    docs: [`${MIDDLEWARE}/issues/320`, `${MIDDLEWARE}/issues/40`, PARSER],
    tags: ['express', 'request'],
    package: 'http-proxy-middleware',
    lanes: [
      {
        vary: BODY,
        expected: 'breaks',
        why: BODY_IS_READ,
        fix: [
          {
            change: 'on: { proxyReq: fixRequestBody }',
            provenBy: 'node/http-proxy-middleware-fix-request-body?request-body=64',
          },
          {
            change: 'app.use(createProxyMiddleware(…)) before app.use(express.json())',
            provenBy: 'node/http-proxy-middleware?request-body=64',
          },
        ],
      },
    ],
  },
  {
    id: 'http-proxy-middleware-fix-request-body',
    title: 'http-proxy-middleware behind express.json(), with fixRequestBody',
    changes: 'on: { proxyReq: fixRequestBody }',
    files: { program: 'http-proxy-middleware-fix-request-body.mjs' },
    docs: [`${MIDDLEWARE}/pull/492`, `${MIDDLEWARE}#intercept-and-manipulate-requests`, PARSER],
    tags: ['express', 'request', 'fix'],
    package: 'http-proxy-middleware',
    lanes: [
      {
        vary: BODY,
        expected: 'streams',
        why: 'What was parsed is written to the upstream anew, with a Content-Length of its own; the response is piped as ever. A body of more than 100 kB, the parser’s own limit, is still refused with 413: express.json({ limit }).',
      },
    ],
  },
  {
    id: 'http-proxy-json',
    title: 'http-proxy behind express.json()',
    changes: 'app.use(express.json()) before proxy.web(request, response)',
    files: { program: 'http-proxy-json.mjs' },
    docs: [`${HTTP_PROXY}/issues/180`, `${HTTP_PROXY}/issues/530`, PARSER],
    tags: ['express', 'request'],
    package: 'http-proxy',
    lanes: [
      {
        vary: BODY,
        expected: 'breaks',
        why: BODY_IS_READ,
        fix: [
          {
            change: 'proxy.web(request, response, { buffer })',
            provenBy: 'node/http-proxy-json-buffer?request-body=64',
          },
        ],
      },
    ],
  },
  {
    id: 'http-proxy-json-buffer',
    title: 'http-proxy behind express.json(), which is given what was parsed',
    changes: 'proxy.web(request, response, { buffer: Readable.from([Buffer.from(JSON.stringify(request.body))]) })',
    files: { program: 'http-proxy-json-buffer.mjs' },
    docs: [`${HTTP_PROXY}#options`, `${HTTP_PROXY}/issues/180`, PARSER],
    tags: ['express', 'request', 'fix'],
    package: 'http-proxy',
    lanes: [
      {
        vary: BODY,
        expected: 'streams',
        why: 'In place of the request, which has been read to its end, the option buffer is piped to the upstream; JSON that is parsed and written again has the length that the client announced.',
      },
    ],
  },
];
