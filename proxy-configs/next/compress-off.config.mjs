// Rewrites to the backend, without Next's own compression: next dev --port 8080
export default {
  compress: false,
  async rewrites() {
    return { fallback: [{ source: '/:path*', destination: 'http://origin:3000/:path*' }] };
  },
};
