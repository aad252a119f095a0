// Compression stays on for what the development server makes itself: what the proxy brings is marked no-transform.
export default {
  mode: 'development',
  entry: {},
  devServer: {
    port: 8080,
    proxy: [
      {
        context: ['/'],
        target: 'http://origin:3000',
        onProxyRes: (answer) => {
          answer.headers['cache-control'] = 'no-cache, no-transform';
        },
      },
    ],
  },
};
