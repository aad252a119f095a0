// Rewrites to the backend; what is under /stream is said to be encoded already, as guides recommend: next dev --port 8080
export default {
  async headers() {
    return [{ source: '/stream/:path*', headers: [{ key: 'Content-Encoding', value: 'none' }] }];
  },
  async rewrites() {
    return { fallback: [{ source: '/:path*', destination: 'http://origin:3000/:path*' }] };
  },
};
