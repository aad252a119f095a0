// The development server without compression: its proxy then writes every read at once.
export default {
  mode: 'development',
  entry: {},
  devServer: {
    port: 8080,
    compress: false,
    proxy: [{ context: ['/'], target: 'http://origin:3000' }],
  },
};
