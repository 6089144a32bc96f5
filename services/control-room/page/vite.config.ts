import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2024',
    // Everything that is shown comes from files: a strict content security policy holds.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
  },
});
