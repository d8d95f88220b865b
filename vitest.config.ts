import { defineConfig } from 'vitest/config';
import { embeddedTextForVite } from './local/embedded-text.ts';
import { suiteLogs } from './test/logs/check-logs.ts';

export default defineConfig({
  plugins: [embeddedTextForVite],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['./test/host/build-app.ts', './test/logs/check-logs.ts'],
    env: { PARLEY_SUITE_LOGS: suiteLogs },
    reporters: ['default', './test/summary-reporter.ts'],
    // Beside the two workers run the hosts, Redis servers and browsers that tests start.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
