import { defineConfig } from 'vitest/config';
import { embeddedTextForVite } from './local/embedded-text.ts';

export default defineConfig({
  plugins: [embeddedTextForVite],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['./test/host/build-app.ts'],
    reporters: ['default', './test/summary-reporter.ts'],
    // Beside the two workers run the hosts, Redis servers and browsers that tests start.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
