import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const SERVER_PROXY = 'https://vite.dev/config/server-options.html#server-proxy';
const PROXY_SOURCE = 'https://github.com/vitejs/vite/blob/main/packages/vite/src/node/server/middlewares/proxy.ts';

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
      docs: [SERVER_PROXY, PROXY_SOURCE, 'https://github.com/vitejs/vite/issues/20712'],
      tags: ['abort'],
      lanes: [{ expected: 'streams', why: 'http-proxy pipes the answer: every read is written at once.' }],
    },
  ],
} satisfies ProxyDeclaration;
