import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

// The chat page as one file, which functions/page.ts serves.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [viteSingleFile()],
  build: {
    rolldownOptions: {
      input: `${import.meta.dirname}/chat.html`,
      // parley-client says `use client`, for servers that render; here nothing is rendered elsewhere.
      checks: { moduleLevelDirective: false },
    },
    target: 'es2023',
    reportCompressedSize: false,
  },
  logLevel: 'warn',
});
