// The first admin sets the installation up and secures the account; invites a colleague,
// who joins, is given rights, and comes back after forgetting the password. All pages work
// without scripts. Then a passkey, the one thing that needs one. Every page is looked at by axe,
// in light and dark, and for its width on a phone.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const { BASE, SETUP, CHROMIUM, LOOK, SHOTS } = process.env
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PASSWORD = 'a lamp in the window'
const NEW_PASSWORD = 'another lamp entirely'

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
const complaints = []
const copies = {}
let shot = 0
try {
  const ada = await person()
  await ada.goto(SETUP)
  await ada.getByRole('heading', { name: 'Set up storedesk' }).waitFor()
  await look(ada, 'setup')
  await fill(ada, { Name: 'Ada Admin', 'E-mail address': 'ada@shop.example', 'New password': 'short' })
  await press(ada, 'Make the account')
  await ada.getByText('At least 10 characters, please.').waitFor()
  await look(ada, 'setup-refused')
  await fill(ada, { 'New password': PASSWORD })
  await press(ada, 'Make the account')
  await atHome(ada)
  assert.equal((await ada.goto(SETUP)).status(), 404)
  await look(ada, 'refused')
  console.log('set up')

  // An authenticator app, and recovery codes.
  await ada.goto(`${BASE}/dashboard/account/security/`)
  await look(ada, 'security')
  await press(ada, 'Set up the app')
  const secret = (await ada.locator('.secret').innerText()).trim()
  await look(ada, 'totp')
  await ada.getByLabel('Code that the app shows').fill('000000')
  await press(ada, 'Turn on')
  await ada.getByText('That code is wrong').waitFor()
  await ada.getByLabel('Code that the app shows').fill(totp(secret, 0))
  await press(ada, 'Turn on')
  const codes = await ada.locator('.codes li').allInnerTexts()
  assert.equal(codes.length, 10)
  await look(ada, 'codes')
  await ada.getByRole('link', { name: 'I have kept them' }).click()
  await ada.getByText('10 codes left').waitFor()
  await look(ada, 'security-on')
  await signOut(ada)

  await signIn(ada, 'ada@shop.example', 'not the password')
  await ada.getByText('The e-mail address or the password is wrong.').waitFor()
  await look(ada, 'login')
  await signIn(ada, 'ada@shop.example', PASSWORD, '/dashboard/account/security/')
  await ada.getByRole('heading', { name: 'One more step' }).waitFor()
  await look(ada, 'factor')
  await ada.goto(`${BASE}/dashboard/settings/users/`)
  assert.match(ada.url(), /second-factor/, 'a password alone opens nothing')
  await signIn(ada, 'ada@shop.example', PASSWORD, '/dashboard/account/security/')
  await ada.getByLabel('Code').fill(codes[0])
  await press(ada, 'Continue')
  await ada.waitForURL(`${BASE}/dashboard/account/security/`)
  console.log('secured')

  // A group, and a colleague in it, by way of what the dashboard's pages ask.
  const group = await api(ada, 'POST', 'groups/', { name: 'Helpers', permissions: ['tickets'], members: [] })
  const { url: invitation } = await api(ada, 'POST', 'users/invitations/', { email: 'bob@shop.example', groups: [group.id] })

  const bob = await person()
  await bob.goto(invitation)
  await look(bob, 'invitation')
  await fill(bob, { Name: 'Bob Helper', 'New password': PASSWORD })
  await press(bob, 'Join')
  await atHome(bob)
  await api(bob, 'GET', 'users/', undefined, 403)
  assert.equal((await bob.goto(invitation)).status(), 404)
  console.log('joined')

  // A forgotten password: the link ends the old session.
  const { results: members } = await api(ada, 'GET', 'users/')
  const { url: reset } = await api(ada, 'POST', `users/${members.find((m) => m.email === 'bob@shop.example').account}/reset-link/`)
  const elsewhere = await person()
  await elsewhere.goto(`${BASE}/dashboard/reset/`)
  await look(elsewhere, 'ask-reset')
  await elsewhere.goto(reset)
  await look(elsewhere, 'reset')
  await fill(elsewhere, { 'New password': NEW_PASSWORD })
  await press(elsewhere, 'Set the password')
  await atHome(elsewhere)
  await bob.goto(`${BASE}/dashboard/`)
  assert.match(bob.url(), /\/dashboard\/login\//)

  // Sessions are listed, and one can be ended from another.
  await signIn(bob, 'bob@shop.example', NEW_PASSWORD)
  await bob.goto(`${BASE}/dashboard/account/security/`)
  await look(bob, 'sessions')
  await press(bob, 'Sign out everywhere else')
  await bob.getByText('Signed out there.').waitFor()
  await elsewhere.goto(`${BASE}/dashboard/`)
  assert.match(elsewhere.url(), /\/dashboard\/login\//)

  const actions = (await api(ada, 'GET', 'audit/')).results.map((e) => e.action)
  for (const action of ['signin.setup', 'signin.failed', 'factor.shown', 'invitation.made', 'signin.invitation', 'password.reset', 'session.revoked_others']) {
    assert.ok(actions.includes(action), action)
  }
  console.log('managed')

  // A passkey, with an authenticator of the browser's own.
  const carl = await person(true)
  await signIn(carl, 'bob@shop.example', NEW_PASSWORD)
  await atHome(carl)
  const devtools = await carl.context().newCDPSession(carl)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
  await carl.goto(`${BASE}/dashboard/account/security/`)
  await fill(carl, { 'Name of the passkey': 'Bob’s laptop' })
  await press(carl, 'Add a passkey')
  await carl.locator('.codes li').first().waitFor()
  await carl.getByRole('link', { name: 'I have kept them' }).click()
  await carl.getByText('Bob’s laptop').waitFor()
  await look(carl, 'passkeys')
  await signOut(carl)
  await signIn(carl, 'bob@shop.example', NEW_PASSWORD, '/dashboard/account/security/')
  await carl.getByRole('heading', { name: 'One more step' }).waitFor()
  await look(carl, 'factor-passkey')
  await press(carl, 'Use a passkey')
  await carl.waitForURL(`${BASE}/dashboard/account/security/`)
  await press(carl, 'Remove Bob’s laptop')
  await carl.getByText('The second factor is removed.').waitFor()
  assert.deepEqual(complaints, [])
  console.log('done')
} finally {
  await browser.close()
}

async function person(scripts = false) {
  const context = await browser.newContext({ javaScriptEnabled: scripts, locale: 'en-GB', viewport: { width: 1100, height: 800 } })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  // The browser reports refusals of the policy here, and every status from 400 on.
  page.on('console', (m) => m.type() === 'error' && !m.text().startsWith('Failed to load resource') && complaints.push(m.text()))
  return page
}

// api asks what the dashboard's settings ask, as the person whose page it is.
async function api(page, method, path, data, status) {
  const answer = await page.context().request.fetch(`${BASE}/dashboard/api/settings/${path}`, { method, data })
  if (status) return assert.equal(answer.status(), status)
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return answer.json()
}

async function signIn(page, email, password, next = '') {
  await page.goto(`${BASE}/dashboard/login/${next && `?next=${encodeURIComponent(next)}`}`)
  await fill(page, { 'E-mail address': email, Password: password })
  await press(page, 'Sign in')
}

async function signOut(page) {
  await press(page, 'Sign out', true)
  await page.waitForURL(/\/dashboard\/login\//)
}

async function fill(page, fields) {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).last().fill(value)
}

async function press(page, name, exact = false) {
  await page.getByRole('button', { name, exact }).first().click()
}

// atHome is the dashboard, which without scripts says that it needs them.
async function atHome(page) {
  await page.waitForURL(`${BASE}/dashboard/`)
  await page.getByRole('heading', { name: /^(Hello, |This page needs JavaScript)/ }).waitFor()
}

// totp is the code that an authenticator app shows (RFC 6238).
function totp(secret, shift) {
  let bits = ''
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + shift))
  const digest = createHmac('sha1', key).update(counter).digest()
  const at = digest[19] & 15
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

// look holds the page as it stands against axe and the width of a phone. It is written
// out again in a page of its own for each colour scheme, where the checks may run.
async function look(page, name) {
  if (!LOOK) return
  const html = await page.content()
  const url = page.url()
  for (const colorScheme of ['light', 'dark']) {
    const copy = (copies[colorScheme] ??= await mirror(colorScheme))
    const answer = (route) => route.fulfill({ body: html, contentType: 'text/html; charset=utf-8' })
    await copy.route(url, answer)
    await copy.setViewportSize({ width: 375, height: 700 })
    await copy.goto(url)
    await copy.addScriptTag({ content: axe })
    const { violations } = await copy.evaluate(() => globalThis.axe.run())
    const serious = violations.filter((v) => ['serious', 'critical'].includes(v.impact))
    assert.deepEqual(serious.map((v) => [v.id, v.nodes.map((n) => n.html)]), [], `${name} (${colorScheme})`)
    assert.ok(await copy.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is too wide for a phone`)
    if (SHOTS) {
      await copy.screenshot({ path: `${SHOTS}/${String(shot).padStart(2, '0')}-${name}-phone-${colorScheme}.png`, fullPage: true })
      await copy.setViewportSize({ width: 1100, height: 800 })
      await copy.screenshot({ path: `${SHOTS}/${String(shot).padStart(2, '0')}-${name}-${colorScheme}.png`, fullPage: true })
    }
    await copy.unroute(url, answer)
  }
  shot++
}

async function mirror(colorScheme) {
  return (await browser.newContext({ bypassCSP: true, colorScheme })).newPage()
}
