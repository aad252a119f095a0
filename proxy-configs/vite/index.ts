import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const SERVER_PROXY = 'https://vite.dev/config/server-options.html#server-proxy';
const PROXY_SOURCE = 'https://github.com/vitejs/vite/blob/main/packages/vite/src/node/server/middlewares/proxy.ts';
const ISSUES = 'https://github.com/vitejs/vite/issues';
const HTTP_PROXY_OPTIONS = 'https://github.com/http-party/node-http-proxy#options';
const NO_TRANSFORM = 'cache-control: no-transform';

export default {
  id: 'vite',
  name: 'Vite dev server',
  home: 'https://vite.dev',
  native: {
    program: 'node',
    packages: { from: 'npm', main: 'vite', unpackedMB: 35 },
    paths: { config: 'vite.config.js' },
    args: () => ['node_modules/vite/bin/vite.js', '--host', '127.0.0.1'],
  },
  variants: [
    {
      id: 'default',
      title: 'server.proxy as it comes',
      changes: 'nothing',
      files: { config: 'default.vite.config.js' },
      docs: [SERVER_PROXY, PROXY_SOURCE, `${ISSUES}/20712`, `${ISSUES}/12157`],
      tags: ['abort'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'The proxy pipes the answer: every read is written at once. A backend that dies in the middle leaves the client hanging (issue 20712).',
        },
        {
          vary: { 'accept-encoding': 'gzip, deflate, br' },
          expected: 'streams',
          why: 'Nothing that Vite puts before its proxy compresses.',
        },
      ],
    },
    {
      id: 'timeouts-1s',
      title: 'A backend or client that is silent for a second is given up',
      changes: 'proxyTimeout: 1000 and timeout: 1000',
      files: { config: 'timeouts-1s.vite.config.js' },
      docs: [SERVER_PROXY, HTTP_PROXY_OPTIONS],
      tags: ['timeouts', 'abort'],
      lanes: [
        {
          expected: 'streams',
          why: 'Both count from one read or write to the next, so a stream that flows is not touched by them.',
        },
      ],
    },
    {
      id: 'compression',
      title: 'A plugin that puts Express’s compression before the proxy',
      changes: 'configureServer: middlewares.use(compression())',
      files: { config: 'compression.vite.config.js' },
      docs: [
        'https://vite.dev/guide/api-plugin.html#configureserver',
        'https://github.com/expressjs/compression#server-sent-events',
      ],
      tags: ['compression'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip, deflate, br' },
          expected: 'buffers',
          why: 'compression prefers brotli, and nothing calls res.flush(): not even the headers leave before the end.',
          fix: [
            {
              change: 'Cache-Control: no-transform from the origin',
              provenBy: `vite/compression?accept-encoding=gzip, deflate, br&response-header=${NO_TRANSFORM}`,
            },
            {
              change: 'no compression in the development server',
              provenBy: 'vite/default?accept-encoding=gzip, deflate, br',
            },
          ],
        },
        {
          vary: { 'accept-encoding': 'gzip, deflate, br', 'response-header': NO_TRANSFORM },
          expected: 'streams',
          why: 'compression leaves alone what the backend marks as Cache-Control: no-transform.',
        },
      ],
    },
    {
      id: 'self-handle-response',
      title: 'The answer is changed: read as a whole, then sent',
      changes: 'selfHandleResponse: true',
      files: { config: 'self-handle-response.vite.config.js' },
      docs: [SERVER_PROXY, HTTP_PROXY_OPTIONS],
      tags: ['abort'],
      lanes: [
        {
          core: true,
          expected: 'buffers',
          why: 'The handler of proxyRes reads the answer to its end before it sends any of it, headers included.',
          fix: { change: 'answer.pipe(response)', provenBy: 'vite/self-handle-response-pipe' },
        },
      ],
    },
    {
      id: 'self-handle-response-pipe',
      title: 'The head of the answer is changed, its body piped',
      changes: 'answer.pipe(response)',
      files: { config: 'self-handle-response-pipe.vite.config.js' },
      docs: [SERVER_PROXY, HTTP_PROXY_OPTIONS],
      tags: ['fix', 'abort'],
      lanes: [{ core: true, expected: 'streams', why: 'pipe writes every read at once.' }],
    },
  ],
} satisfies ProxyDeclaration;
