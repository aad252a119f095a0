// selfHandleResponse that only changes the head: the body is piped.
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
          proxy.on('proxyRes', (answer, request, response) => {
            response.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] });
            answer.pipe(response);
          });
        },
      },
    },
  },
});
