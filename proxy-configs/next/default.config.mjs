// What the app itself does not know is rewritten to the backend, with Next's compression as it comes: next dev --port 8080
export default {
  async rewrites() {
    return { fallback: [{ source: '/:path*', destination: 'http://origin:3000/:path*' }] };
  },
};
