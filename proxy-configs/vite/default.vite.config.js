// The development server's proxy as it comes: everything goes to the backend, and every read is written at once.
import { defineConfig } from 'vite';

export default defineConfig({
  server: {
    port: 8080,
    strictPort: true,
    proxy: { '/': 'http://origin:3000' },
  },
});
