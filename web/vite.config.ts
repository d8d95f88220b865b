import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

// The chat page as one file, which functions/page.ts serves.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [viteSingleFile()],
  build: {
    rolldownOptions: { input: `${import.meta.dirname}/chat.html` },
    target: 'es2023',
    reportCompressedSize: false,
  },
  logLevel: 'warn',
});
