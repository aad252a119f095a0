// A plugin that puts Express's compression before the development server's proxy.
import compression from 'compression';
import { defineConfig } from 'vite';

const compress = {
  name: 'compress',
  configureServer: ({ middlewares }) => void middlewares.use(compression()),
};

export default defineConfig({
  plugins: [compress],
  server: {
    port: 8080,
    strictPort: true,
    proxy: { '/': 'http://origin:3000' },
  },
});
