// The development server's proxy as it comes: everything goes to the backend, compressed for who accepts that.
export default {
  mode: 'development',
  entry: {},
  devServer: {
    port: 8080,
    proxy: [{ context: ['/'], target: 'http://origin:3000' }],
  },
};
