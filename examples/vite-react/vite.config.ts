import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The browser asks the page's own origin, and Vite asks the service.
  server: { proxy: { '^/chat(/|$)': 'http://127.0.0.1:7071' } },
});
