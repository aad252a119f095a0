// A backend or a client that is silent for a second is given up.
import { defineConfig } from 'vite';

export default defineConfig({
  server: {
    port: 8080,
    strictPort: true,
    proxy: { '/': { target: 'http://origin:3000', proxyTimeout: 1000, timeout: 1000 } },
  },
});
