// Signs in and takes a picture of pages, in light and dark, wide and on a phone:
//   BASE=http://localhost:8080 EMAIL=… PASSWORD=… node scripts/look.mjs OUT_DIR /dashboard/tickets/ …
// It tells what the console complained of, what axe found and what scrolls sideways.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const { BASE, EMAIL, PASSWORD, CHROMIUM = '/usr/bin/chromium' } = process.env
const [out, ...paths] = process.argv.slice(2)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
mkdirSync(out, { recursive: true })
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
let trouble = 0
for (const colorScheme of ['light', 'dark']) {
  for (const [size, viewport] of Object.entries({
    wide: { width: 1360, height: 860 },
    phone: { width: 375, height: 760 },
  })) {
    const context = await browser.newContext({ colorScheme, viewport, bypassCSP: false, locale: 'en-GB' })
    const page = await context.newPage()
    page.on('console', m => ['error', 'warning'].includes(m.type()) && console.log('console:', m.text()))
    page.on('pageerror', e => console.log('error:', e.message))
    await page.goto(`${BASE}/dashboard/login/`)
    await page.getByLabel('E-mail address').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${BASE}/dashboard/`)
    for (const path of paths) {
      await page.goto(BASE + path)
      await page.waitForLoadState('load')
      await page.waitForTimeout(900)
      const name = `${path.replace(/^\/dashboard\/|\/$/g, '').replace(/\W+/g, '-') || 'start'}-${colorScheme}-${size}.png`
      await page.screenshot({ path: `${out}/${name}` })
      const sideways = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      const found = await page.evaluate(
        `(() => { const module = undefined, exports = undefined, define = undefined; ${axe}; return window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }) })()`,
      )
      for (const v of found.violations) {
        trouble++
        console.log(
          `axe ${name}: ${v.id}: ${v.help}`,
          v.nodes.slice(0, 4).map(n => n.html.slice(0, 160)),
        )
      }
      if (sideways > 0) console.log(`${name}: ${sideways}px too wide`)
      console.log(name)
    }
    await context.close()
  }
}
await browser.close()
console.log(trouble ? `${trouble} findings` : 'no findings')
