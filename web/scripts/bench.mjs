// Measures the dashboard of a running server (BASE, EMAIL, PASSWORD); see scripts/bench-web.
import { chromium } from 'playwright-core'

const { BASE, EMAIL, PASSWORD, CHROMIUM = '/usr/bin/chromium' } = process.env
const ROUNDS = 15
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
const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, locale: 'en-GB' })
const page = await context.newPage()
page.setDefaultTimeout(60_000)
const rows = page.locator('main a[href*="/dashboard/tickets/"]').filter({ visible: true })

const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const late = list => [...list].sort((a, b) => a - b)[Math.floor(list.length * 0.95)]
const ms = n => `${n.toFixed(0)} ms`
const table = []
const put = (what, value) => table.push([what, value])

await page.goto(`${BASE}/dashboard/login/`)
await page.getByLabel('E-mail address').fill(EMAIL)
await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
await page.keyboard.press('Enter')
await page.waitForURL(`${BASE}/dashboard/`)

// The first load of the list, with an empty cache: what is transferred, and when something shows.
const cdp = await context.newCDPSession(page)
await cdp.send('Network.enable')
await cdp.send('Network.clearBrowserCache')
const kinds = new Map()
const bytes = { script: 0, style: 0 }
cdp.on('Network.responseReceived', e => kinds.set(e.requestId, e.response.mimeType))
cdp.on('Network.dataReceived', e => {
  const kind = kinds.get(e.requestId) ?? ''
  if (kind.includes('javascript')) bytes.script += e.encodedDataLength
  if (kind.includes('css')) bytes.style += e.encodedDataLength
})
async function load() {
  const began = Date.now()
  await page.goto(`${BASE}/dashboard/tickets/?view=all`)
  await rows.first().waitFor()
  const shown = Date.now() - began
  const transferred = { ...bytes } // what comes later, nobody waits for
  const vitals = await page.evaluate(
    () =>
      new Promise(done => {
        const out = {
          fcp: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
          lcp: 0,
          cls: 0,
          blocked: 0,
        }
        const each = (type, take) =>
          new PerformanceObserver(l => {
            for (const e of l.getEntries()) take(e)
          }).observe({ type, buffered: true })
        each('largest-contentful-paint', e => {
          out.lcp = e.startTime
        })
        each('layout-shift', e => {
          if (!e.hadRecentInput) out.cls += e.value
        })
        each('longtask', e => {
          out.blocked += Math.max(0, e.duration - 50)
        })
        setTimeout(() => done(out), 1500)
      }),
  )
  return { shown, transferred, ...vitals }
}
const cold = await load()
put('script of the first load, compressed', `${(cold.transferred.script / 1024).toFixed(0)} KB`)
put('styles of the first load, compressed', `${(cold.transferred.style / 1024).toFixed(0)} KB`)
put('first load: first paint / largest paint / rows', [cold.fcp, cold.lcp, cold.shown].map(ms).join(' / '))
put('first load: main thread blocked / layout shift', `${ms(cold.blocked)} / ${cold.cls.toFixed(3)}`)
const warm = []
for (let i = 0; i < 5; i++) warm.push((await load()).shown)
put('later loads: rows, median of 5', ms(median(warm)))

// A ticket from the list and back, when the page's script is there.
const opened = []
for (let i = 0; i < ROUNDS; i++) {
  const row = rows.nth(i % 10)
  await row.hover() // as a hand does before it clicks; neighbours are fetched ahead
  await page.waitForTimeout(120)
  const took = await row.evaluate(
    a =>
      new Promise(done => {
        const began = performance.now()
        const look = () =>
          document.querySelector('main article')
            ? requestAnimationFrame(() => done(performance.now() - began))
            : requestAnimationFrame(look)
        a.click()
        look()
      }),
  )
  if (i > 1) opened.push(took)
  await page.goBack()
  await rows.first().waitFor()
}
put(`ticket opened from the list, median / p95 of ${opened.length}`, `${ms(median(opened))} / ${ms(late(opened))}`)

// The server's part: the default views and some searches, as the list asks for them.
const asked = [
  ['Mine', 'assignee:me is:unsolved', 'updated_at'],
  ['Unassigned', 'is:unassigned is:unsolved', 'updated_at'],
  ['Unsolved', 'is:unsolved', 'updated_at'],
  ['Waiting on customer', 'status:pending', 'updated_at'],
  ['Solved', 'status:solved', '-updated_at'],
  ['All', '', '-id'],
  ['tag:refund status:open', 'tag:refund status:open', '-updated_at'],
  ['a common word', 'refund', '-id'],
]
for (const [name, q, order] of asked) {
  const times = await page.evaluate(
    async ([search, rounds]) => {
      const times = []
      for (let i = 0; i < rounds; i++) {
        const began = performance.now()
        const r = await fetch(`/dashboard/api/tickets/?${search}`)
        await r.text()
        if (!r.ok) throw new Error(`${search}: ${r.status}`)
        times.push(performance.now() - began)
      }
      return times
    },
    [String(new URLSearchParams({ q, order })), ROUNDS],
  )
  put(`server: ${name}, median / p95`, `${ms(median(times))} / ${ms(late(times))}`)
}
await browser.close()

const width = Math.max(...table.map(([what]) => what.length))
for (const [what, value] of table) console.log(what.padEnd(width), value)
