import { defineConfig } from 'vitest/config';
import { embeddedTextForVite } from './local/embedded-text.ts';
import { suiteLogs } from './test/logs/check-logs.ts';

/** What needs nothing but the contract over HTTP, and so runs at a deployment too. */
const anywhere = ['test/end-to-end/deployment.test.ts', 'test/end-to-end/plain-client.test.ts'];

const atDeployment = {
  include: anywhere,
  // It has limits, which are waited for.
  testTimeout: 180_000,
  // Its limits are one caller's.
  fileParallelism: false,
};

const here = {
  include: ['test/**/*.test.ts'],
  exclude: ['test/end-to-end/deployment.test.ts'],
  globalSetup: ['./test/host/build-app.ts', './test/package/packed-package.ts', './test/logs/check-logs.ts'],
  testTimeout: 30_000,
};

export default defineConfig({
  plugins: [embeddedTextForVite],
  test: {
    ...(process.env['PARLEY_URL'] ? atDeployment : here),
    env: { PARLEY_SUITE_LOGS: suiteLogs },
    reporters: ['default', './test/summary-reporter.ts'],
    // Beside the two workers run the hosts, Redis servers and browsers that tests start.
    pool: 'forks',
    maxWorkers: 2,
    hookTimeout: 60_000,
    // What is polled for is waited for as by `eventually`; the default is 1 s.
    expect: { poll: { timeout: 20_000 } },
  },
});
