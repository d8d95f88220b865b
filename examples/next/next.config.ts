import type { NextConfig } from 'next';

const config: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  // The browser asks the page's own origin, and Next asks the service.
  async rewrites() {
    return [{ source: '/chat/:path*', destination: 'http://127.0.0.1:7071/chat/:path*' }];
  },
};

export default config;
