import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

// The chat page as one file: dist/chat.html, which functions/page.ts serves.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [viteSingleFile()],
  build: {
    outDir: '../dist',
    emptyOutDir: false,
    rolldownOptions: { input: 'web/chat.html' },
    target: 'es2023',
    reportCompressedSize: false,
  },
  logLevel: 'warn',
});
