// A backend that is silent for a second is given up.
export default {
  mode: 'development',
  entry: {},
  devServer: {
    port: 8080,
    proxy: [{ context: ['/'], target: 'http://origin:3000', proxyTimeout: 1000 }],
  },
};
