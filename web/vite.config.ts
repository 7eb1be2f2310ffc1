import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// What every page needs, in one file: many small ones compress badly.
const base = /node_modules\/(react|react-dom|scheduler|use-sync-external-store|@tanstack\/(query|react-query|router|react-router|history|store|react-store)[^/]*|i18next|react-i18next|openapi-fetch|clsx)\//
// Components that several pages share.
const ui = /node_modules\/(@mantine\/(core|hooks|form)|@floating-ui|@tabler|react-remove-scroll|react-textarea-autosize|react-number-format)\//

// The files are served below /dashboard/app/ and named by their content. Nothing is put
// inline: the page's policy runs scripts from files only.
export default defineConfig({
  base: '/dashboard/app/',
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: 'dist',
    assetsDir: '',
    assetsInlineLimit: 0,
    emptyOutDir: true,
    target: 'es2022',
    // Browsers that know light-dark() themselves: rewritten for older ones it follows the system, not the person.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', test: base, priority: 2 },
            { name: 'ui', test: ui, minShareCount: 8, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/dashboard/api': 'http://127.0.0.1:8080', '/media': 'http://127.0.0.1:8080' } },
  test: { environment: 'happy-dom', setupFiles: ['./src/test/setup.ts'] },
})
