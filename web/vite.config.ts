import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The files are served below /dashboard/app/ and named by their content. Nothing is put
// inline: the page's policy runs scripts from files only.
export default defineConfig({
  base: '/dashboard/app/',
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { outDir: 'dist', assetsDir: '', assetsInlineLimit: 0, emptyOutDir: true, target: 'es2022', cssTarget: ['chrome123', 'firefox120', 'safari17.5'], modulePreload: { polyfill: false } },
  server: { proxy: { '/dashboard/api': 'http://127.0.0.1:8080', '/media': 'http://127.0.0.1:8080' } },
  test: { environment: 'happy-dom', setupFiles: ['./src/test/setup.ts'] },
})
