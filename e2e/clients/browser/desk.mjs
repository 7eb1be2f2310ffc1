// What the journeys of the dashboard share: people in browsers, a customer's mail program,
// and a look at each page with axe, in light and dark and as wide as a phone.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import { chromium } from 'playwright-core'

export const { BASE, CHROMIUM, LOOK, SHOTS, TOKEN, SMTP, RELAY, SETUP } = process.env
/** How long anything may take: a bound for machines that do much else. */
const PATIENCE = Number(process.env.PATIENCE ?? 60_000)
export const PASSWORD = 'a lamp in the window'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Refusals of the policy, errors of scripts, findings of axe. A journey ends with none. */
export const complaints = []

let browser

/** journey runs a story and says "done" when nothing was complained of. */
export async function journey(story) {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  if (SHOTS) mkdirSync(SHOTS, { recursive: true })
  try {
    await story()
    assert.deepEqual(complaints, [])
    console.log('done')
  } catch (e) {
    if (complaints.length) console.error(complaints)
    for (const [i, page] of browser.contexts().flatMap(c => c.pages()).entries()) {
      console.error(`page ${i} is at ${page.url()}`)
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/failed-${i}.png` })
    }
    throw e
  } finally {
    await browser.close()
  }
}

/** person is somebody with a browser of their own. */
export async function person(options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1360, height: 860 }, ...options })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  page.on('console', m => m.type() === 'error' && !m.text().startsWith('Failed to load resource') && complaints.push(m.text()))
  page.on('pageerror', e => complaints.push(e.message))
  return page
}

/** agent is a person who is signed in. */
export async function agent(email, options = {}) {
  const page = await person(options)
  await page.goto(`${BASE}/dashboard/login/`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${BASE}/dashboard/`)
  return page
}

/** look holds the page as it stands against axe, in both colours, and the width of a phone. */
export async function look(page, name) {
  if (!LOOK && !SHOTS) return
  const size = page.viewportSize()
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.waitForFunction(c => document.documentElement.dataset.mantineColorScheme === c, colorScheme)
    let violations
    for (let tries = 0; tries === 0 || (violations.length > 0 && tries < 3); tries++) {
      await page.waitForTimeout(250 << tries) // colours fade, on a busy machine for longer
      ;({ violations } = await page.evaluate(
        `(() => { const module = undefined, exports = undefined, define = undefined; ${axe}; return window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }) })()`,
      ))
    }
    for (const v of violations) complaints.push(`${name} (${colorScheme}): ${v.id}: ${v.nodes.slice(0, 3).map(n => `${n.html.slice(0, 160)}: ${[...n.any, ...n.all, ...n.none].map(c => c.message).join('; ')}`).join(' | ')}`)
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${colorScheme}.png` })
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 375, height: 760 })
  let wide = 1
  for (let tries = 0; wide > 0 && tries < 5; tries++) {
    await page.waitForTimeout(100 << tries)
    wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  }
  if (wide > 0) complaints.push(`${name} is ${wide} pixels too wide for a phone`)
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-phone.png` })
  await page.setViewportSize(size)
}

/** until waits for a state that no locator tells of. */
export async function until(what, look) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise(r => setTimeout(r, 50))) {
    const found = await look()
    if (found) return found
  }
  assert.fail(`never: ${what}`)
}

/** within tells whether something shows up in some seconds: for what may come late. */
export const within = (locator, seconds) =>
  locator.waitFor({ timeout: seconds * 1000 }).then(
    () => true,
    () => false,
  )

/** place is a link of the main navigation. */
export const place = (page, name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true })

/** focused says what has the keyboard, "BODY" when nothing has. */
export const focused = page =>
  page.evaluate(() => {
    const el = document.activeElement
    return el === document.body ? 'BODY' : `${el.tagName} ${el.getAttribute('aria-label') ?? el.textContent.slice(0, 80)}`
  })

/** ask asks what the dashboard itself asks, as the person whose page it is. */
export async function ask(page, method, path, data, status) {
  const answer = await page.context().request.fetch(`${BASE}/dashboard/api/${path}`, { method, data })
  if (status) return assert.equal(answer.status(), status, `${method} ${path}: ${await answer.text()}`)
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return answer.status() === 204 ? null : answer.json()
}

/** mails are those that have left, oldest first: to, subject, text, id, reply_to. */
export const mails = async () => (await fetch(RELAY)).json()

/** api asks the Admin API, as a program beside the desk would. */
export async function api(method, path, body) {
  const answer = await fetch(`${BASE}/api/admin/${path}`, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
  return text ? JSON.parse(text) : null
}

/** mail sends a message as a customer's mail server does (RFC 5321). */
export async function mail(from, to, message) {
  const [host, port] = SMTP.split(':')
  const socket = net.connect(Number(port), host)
  socket.setEncoding('utf8')
  const replies = (async function* () {
    let rest = ''
    for await (const chunk of socket) {
      rest += chunk
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (line[3] !== '-') yield line
      }
    }
  })()
  const expect = async code => {
    const { value } = await replies.next()
    assert.ok(value?.startsWith(code), `the server says ${value}`)
  }
  try {
    await expect('220')
    const body = message.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..')
    for (const [line, code] of [['EHLO customer.example', '250'], [`MAIL FROM:<${from}>`, '250'], [`RCPT TO:<${to}>`, '250'], ['DATA', '354'], [`${body}\r\n.`, '250'], ['QUIT', '221']]) {
      socket.write(`${line}\r\n`)
      await expect(code)
    }
  } finally {
    socket.destroy()
  }
}
