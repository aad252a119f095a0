import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const PROXY = 'https://webpack.js.org/configuration/dev-server/#devserverproxy';
const COMPRESS = 'https://webpack.js.org/configuration/dev-server/#devservercompress';
const THREAD = 'https://github.com/webpack/webpack-dev-server/issues/5449';
const REACT_SCRIPTS = 'https://github.com/react/create-react-app/issues/966';
const NO_TRANSFORM = 'cache-control: no-transform';

export default {
  id: 'webpack',
  name: 'webpack-dev-server',
  home: 'https://webpack.js.org/configuration/dev-server/',
  native: {
    program: 'node',
    packages: { from: 'npm', main: 'webpack-dev-server', unpackedMB: 75 },
    paths: { config: 'webpack.config.js' },
    args: () => ['node_modules/webpack/bin/webpack.js', 'serve', '--host', '127.0.0.1'],
  },
  variants: [
    {
      id: 'default',
      title: 'devServer.proxy as it comes',
      changes: 'nothing',
      files: { config: 'default.webpack.config.js' },
      docs: [
        PROXY,
        COMPRESS,
        THREAD,
        REACT_SCRIPTS,
        'https://github.com/react/create-react-app/issues/3391',
        'https://github.com/http-party/node-http-proxy/issues/921',
      ],
      tags: ['compression', 'abort'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'A client that accepts no compression, as curl, gets what the proxy reads at once.',
        },
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'coalesces',
          why: 'compress is true unless told, and puts Express’s compression before the proxy: nothing calls res.flush(), so zlib keeps what is usually the whole stream.',
          fix: [
            { change: 'compress: false', provenBy: 'webpack/compress-off?accept-encoding=gzip' },
            {
              change: 'Cache-Control: no-transform, set by onProxyRes',
              provenBy: 'webpack/compress-spares-proxy?accept-encoding=gzip',
            },
          ],
        },
        {
          vary: { 'accept-encoding': 'gzip, deflate, br' },
          core: true,
          expected: 'buffers',
          why: 'Browsers accept brotli, which compression prefers, and which writes nothing before its window is full: not even the headers leave.',
          fix: [
            {
              change: 'Cache-Control: no-transform from the origin',
              provenBy: `webpack/default?accept-encoding=gzip, deflate, br&response-header=${NO_TRANSFORM}`,
            },
            {
              change: 'compress: false',
              provenBy: 'webpack/compress-off?accept-encoding=gzip, deflate, br',
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
      id: 'compress-off',
      title: 'No compression',
      changes: 'compress: false',
      files: { config: 'compress-off.webpack.config.js' },
      docs: [COMPRESS, THREAD],
      tags: ['compression', 'fix'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'Only the proxy is left, which writes every read at once.',
        },
        {
          core: true,
          vary: { 'accept-encoding': 'gzip, deflate, br' },
          expected: 'streams',
          why: 'Only the proxy is left, whatever the client accepts.',
        },
      ],
    },
    {
      id: 'compress-spares-proxy',
      title: 'Compression, but not of what is proxied',
      changes: 'onProxyRes that sets Cache-Control: no-transform',
      files: { config: 'compress-spares-proxy.webpack.config.js' },
      docs: [
        PROXY,
        REACT_SCRIPTS,
        'https://github.com/react/create-react-app/issues/1633',
        'https://github.com/expressjs/compression#server-sent-events',
      ],
      tags: ['compression', 'fix'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'compression leaves alone what is marked Cache-Control: no-transform, and the bundles are still compressed.',
        },
      ],
    },
    {
      id: 'proxy-timeout-1s',
      title: 'A backend that is silent for a second is given up',
      changes: 'proxyTimeout: 1000',
      files: { config: 'proxy-timeout-1s.webpack.config.js' },
      docs: [PROXY, 'https://github.com/chimurai/http-proxy-middleware/blob/v2.0.9/README.md#http-proxy-options'],
      tags: ['timeouts', 'abort'],
      lanes: [
        {
          expected: 'streams',
          why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it.',
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
