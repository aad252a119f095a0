import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const REWRITES = 'https://nextjs.org/docs/app/api-reference/config/next-config-js/rewrites';
const COMPRESS = 'https://nextjs.org/docs/app/api-reference/config/next-config-js/compress';
const HEADERS = 'https://nextjs.org/docs/app/api-reference/config/next-config-js/headers';
const ISSUES = 'https://github.com/vercel/next.js/issues';

const NO_TRANSFORM = 'cache-control: no-transform';

const OFF = { change: 'compress: false', provenBy: 'next/compress-off?accept-encoding=gzip' };

export default {
  id: 'next',
  name: 'Next.js',
  home: 'https://nextjs.org',
  // The least that Next takes for an app.
  files: { page: 'page.jsx', layout: 'layout.jsx' },
  native: {
    program: 'node',
    packages: { from: 'npm', main: 'next', unpackedMB: 345 },
    paths: { config: 'next.config.mjs', page: 'app/page.jsx', layout: 'app/layout.jsx' },
    // `next dev`, which needs no build, puts the same compression before its rewrites as `next start` does. Turbopack
    // takes no packages from outside the app's folder.
    args: ({ port }) => [
      'node_modules/next/dist/bin/next',
      'dev',
      '--webpack',
      '--hostname',
      '127.0.0.1',
      '--port',
      String(port),
    ],
    env: { NEXT_TELEMETRY_DISABLED: '1' },
  },
  variants: [
    {
      id: 'default',
      title: 'rewrites() as they come',
      changes: 'nothing',
      files: { config: 'default.config.mjs' },
      docs: [REWRITES, COMPRESS, `${ISSUES}/9965`, `${ISSUES}/45048`],
      tags: ['compression', 'abort'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'A client that accepts no compression, as curl, gets what is read at once. An origin whose client left is not told, and one that dies in the middle is seldom told of: the client sees a clean end, or hangs.',
        },
        {
          core: true,
          vary: { 'accept-encoding': 'gzip' },
          expected: 'coalesces',
          why: 'compress is true unless told, and nothing flushes zlib, which keeps what is usually the whole stream.',
          fix: [
            {
              change: 'Cache-Control: no-transform from the origin',
              provenBy: `next/default?accept-encoding=gzip&response-header=${NO_TRANSFORM}`,
            },
            OFF,
          ],
        },
        {
          vary: { 'accept-encoding': 'gzip, deflate, br' },
          expected: 'coalesces',
          why: 'Next’s own copy of compression is an old one, and takes gzip from a browser too.',
          fix: { ...OFF, provenBy: 'next/compress-off?accept-encoding=gzip, deflate, br' },
        },
        {
          vary: { 'accept-encoding': 'gzip', 'response-header': NO_TRANSFORM },
          expected: 'streams',
          why: 'compression leaves alone what the backend marks as Cache-Control: no-transform.',
        },
      ],
    },
    {
      id: 'compress-off',
      title: 'No compression',
      changes: 'compress: false',
      files: { config: 'compress-off.config.mjs' },
      docs: [COMPRESS, `${ISSUES}/9965`, 'https://github.com/vercel/ai/pull/5370'],
      tags: ['compression', 'fix'],
      lanes: [
        {
          core: true,
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'Only the rewrite is left, which pipes.',
        },
        {
          vary: { 'accept-encoding': 'gzip, deflate, br' },
          expected: 'streams',
          why: 'Only the rewrite is left, whatever the client accepts.',
        },
      ],
    },
    {
      id: 'content-encoding-none',
      title: 'Guides’ way to spare a path from compression',
      changes: 'headers() with Content-Encoding: none',
      files: { config: 'content-encoding-none.config.mjs' },
      docs: [HEADERS, 'https://github.com/mattrobinsonsre/terrapod/pull/71', 'https://github.com/vercel/ai/pull/5370'],
      tags: ['compression'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'coalesces',
          why: 'Guides have it that compression then leaves the path alone. What a rewrite brings from elsewhere does not get the fields of headers(), though, with 16.4.5 and next dev, so this changes nothing.',
          fix: OFF,
        },
      ],
    },
    {
      id: 'proxy-timeout-1s',
      title: 'A backend that is silent for a second is given up',
      changes: 'experimental: { proxyTimeout: 1000 }',
      files: { config: 'proxy-timeout-1s.config.mjs' },
      docs: [REWRITES, `${ISSUES}/36251`, `${ISSUES}/36586`, 'https://github.com/vercel/next.js/pull/40289'],
      tags: ['timeouts', 'abort'],
      lanes: [
        {
          expected: 'streams',
          why: 'The timeout, 30 s unless told, counts from one read to the next, so a stream that flows is not touched by it.',
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
