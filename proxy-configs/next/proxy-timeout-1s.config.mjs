// Rewrites to a backend that is given up when it is silent for a second; 30 s unless told: next dev --port 8080
export default {
  experimental: { proxyTimeout: 1000 },
  async rewrites() {
    return { fallback: [{ source: '/:path*', destination: 'http://origin:3000/:path*' }] };
  },
};
