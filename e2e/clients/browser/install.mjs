// A person installs a partner's app: link, sign-in, consent, and the app's own page,
// which says when it has done all that apps do. Every page on the way is checked by
// axe, in light and dark.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const { BASE, CLIENT_ID, EMAIL, PASSWORD, CHROMIUM, LOOK } = process.env
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
try {
  // Scripts are off, since every page must work without; the checks run in pages of their own.
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })
  const page = await context.newPage()
  const seen = []
  page.on('console', (m) => m.type() === 'error' && m.location().url.startsWith(BASE) && seen.push(m.text()))

  const settings = (method, path, data) => context.request.fetch(`${BASE}/dashboard/api/settings/${path}`, { method, data })

  await page.goto(`${BASE}/dashboard/apps/install-app/?client_id=${CLIENT_ID}`)
  assert.match(page.url(), /\/dashboard\/login\//)
  await page.getByLabel('E-mail').fill(EMAIL)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()

  // The link led to the app, and the app back to the consent page.
  await page.getByRole('heading', { name: 'Let Parcel Pal in?' }).waitFor()
  assert.match(page.url(), /\/oauth2\/authorize\//)
  const text = await page.locator('main').innerText()
  for (const part of ['Lamp shop', 'List and see tickets', 'Create, answer and change tickets', EMAIL]) assert.ok(text.includes(part), part)
  await accessible(context, page.url())
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('refused: access_denied').waitFor()

  // The first time the app tries all it can do and gives its token back; then it stays.
  for (const said of ['tried everything at shop.example', 'installed at shop.example']) {
    await page.goto(`${BASE}/dashboard/apps/install-app/?client_id=${CLIENT_ID}`)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText(said).waitFor()
  }
  console.log('installed')

  // What the store shows of it afterwards, and who comes.
  const { results } = await (await settings('GET', 'apps/')).json()
  const app = results.find((a) => a.name === 'Parcel Pal')
  assert.equal((await (await settings('GET', `apps/${app.id}/grants/`)).json()).results[0].email, EMAIL)
  await page.goto(`${BASE}/dashboard/apps/`)
  await accessible(context, page.url())
  await page.getByRole('link', { name: 'Open Parcel Pal' }).click()
  await page.getByText(`hello ${EMAIL} of shop.example`).waitFor()
  console.log('opened')

  // A token of one's own, seen once.
  const made = await (await settings('POST', 'apps/', { name: 'Warehouse', kind: 'token', scopes: ['tickets:read'] })).json()
  const status = async () => (await context.request.get(`${BASE}/api/admin/tickets/`, { headers: { authorization: `Bearer ${made.secret}` } })).status()
  assert.equal(await status(), 200)
  assert.ok(!(await (await settings('GET', 'apps/')).text()).includes(made.secret))
  assert.equal((await settings('DELETE', `apps/${made.app.id}/`)).status(), 204)
  assert.equal(await status(), 401)
  assert.deepEqual(seen, [])
  console.log('done')
} finally {
  await browser.close()
}

// accessible fails for anything serious that axe finds on a page, and for a page wider
// than a phone. Pages look the same on each database, so LOOK says whether to.
async function accessible(context, url) {
  if (!LOOK) return
  for (const colorScheme of ['light', 'dark']) {
    const other = await browser.newContext({ storageState: await context.storageState(), bypassCSP: true, colorScheme, viewport: { width: 375, height: 700 } })
    const page = await other.newPage()
    await page.goto(url)
    await page.addScriptTag({ content: axe })
    const { violations } = await page.evaluate(() => globalThis.axe.run())
    const serious = violations.filter((v) => ['serious', 'critical'].includes(v.impact))
    assert.deepEqual(serious.map((v) => [v.id, v.nodes.map((n) => n.html)]), [], `${url} (${colorScheme})`)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${url} is too wide for a phone`)
    await other.close()
  }
}
