// selfHandleResponse, to change what the backend says: the whole answer is read before any of it is sent.
import { defineConfig } from 'vite';

export default defineConfig({
  server: {
    port: 8080,
    strictPort: true,
    proxy: {
      '/': {
        target: 'http://origin:3000',
        selfHandleResponse: true,
        configure: (proxy) => {
          proxy.on('proxyRes', async (answer, request, response) => {
            const body = Buffer.concat(await answer.toArray());
            response.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] });
            response.end(body);
          });
        },
      },
    },
  },
});
