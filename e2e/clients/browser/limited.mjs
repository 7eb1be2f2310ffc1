// What somebody may not do is not offered, not shown by address, and refused by the server.
import assert from 'node:assert/strict'
import { agent, api, ask, BASE, journey, look, PASSWORD, person } from './desk.mjs'

/** join makes a colleague of some groups, who comes by an invitation. */
async function join(ana, email, name, groups) {
  const { url } = await ask(ana, 'POST', 'settings/users/invitations/', { email, groups })
  const page = await person()
  await page.goto(BASE + new URL(url).pathname)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Join' }).click()
  await page.getByRole('heading', { name: `Hello, ${name}` }).waitFor()
  return page
}

const places = page => page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts()

await journey(async () => {
  const { id: mia } = await api('POST', 'users/', { email: 'mia@customer.example', first_name: 'Mia', last_name: 'Muster' })
  const { id } = await api('POST', 'tickets/', { subject: 'A question', requester: mia, comment: { body: 'Well?', author: mia } })
  const ana = await agent('ana@shop.example')
  const group = await ask(ana, 'POST', 'settings/groups/', { name: 'Tickets only', permissions: ['tickets'], members: [] })

  const carl = await join(ana, 'carl@shop.example', 'Carl', [group.id])
  assert.deepEqual((await places(carl)).sort(), ['Macros', 'New ticket', 'Settings', 'Start', 'Tickets'])
  await carl.goto(`${BASE}/dashboard/tickets/${id}/`)
  await carl.getByRole('heading', { name: 'A question' }).waitFor()
  await carl.getByRole('tab', { name: 'Customer' }).click()
  await carl.getByText('mia@customer.example').first().waitFor()
  assert.equal(await carl.getByRole('link', { name: 'Mia Muster' }).count(), 0, 'the customer is no link')
  assert.equal(await carl.getByRole('button', { name: /Block/ }).count(), 0)
  await refused(carl, ['customers/', `customers/${mia}/`, 'settings/users/', 'settings/groups/', 'settings/apps/', 'settings/webhooks/', 'settings/audit/'])
  await ask(carl, 'POST', `customers/${mia}/block/`, { blocked: true, mail: true }, 403)
  await ask(carl, 'POST', 'settings/groups/', { name: 'Mine', permissions: ['users'], members: [] }, 403)
  await ask(carl, 'POST', 'macros/', { name: 'Mine', groups: [], comment_mode: '', comment: 'x', changes: {} }, 403)
  for (const path of ['customers/', `customers/${mia}/`, 'settings/users/', 'settings/groups/', 'settings/apps/', 'settings/webhooks/', 'settings/audit/']) {
    await told(carl, path)
  }
  await look(carl, 'forbidden')
  await carl.goto(`${BASE}/dashboard/macros/`)
  await carl.getByRole('heading', { name: 'Macros' }).waitFor()
  assert.equal(await carl.getByRole('button', { name: /New macro|Make/ }).count(), 0, 'no macro is made')
  await carl.goto(`${BASE}/dashboard/settings/`)
  await carl.getByRole('heading', { name: 'Settings' }).waitFor()
  assert.equal(await carl.getByRole('link', { name: 'Users' }).count(), 0)

  const dora = await join(ana, 'dora@shop.example', 'Dora', [])
  assert.deepEqual((await places(dora)).sort(), ['Settings', 'Start'])
  await refused(dora, ['tickets/', `tickets/${id}/`, `tickets/${id}/timeline/`, 'tickets/counts/', 'views/', 'mails/', 'customers/', 'lookups/customers/?q=mia', 'live/'])
  await ask(dora, 'POST', `tickets/${id}/submit/`, { kind: 'note', body: 'x', key: 'x' }, 403)
  for (const path of ['tickets/', `tickets/${id}/`, 'tickets/new/', 'mails/', 'macros/', 'customers/']) await told(dora, path)

  // What an admin has, Ana sees.
  const sections = ['store', 'mailboxes', 'notifications', 'branding', 'tags', 'users', 'groups', 'audit', 'apps', 'webhooks', 'sessions']
  for (const path of ['tickets/new/', 'mails/', 'macros/', 'customers/', `customers/${mia}/`, 'settings/', ...sections.map(s => `settings/${s}/`)]) {
    await ana.goto(`${BASE}/dashboard/${path}`)
    await ana.getByRole('main').getByRole('heading').first().waitFor()
    assert.equal(await ana.getByText('Your groups do not allow this page.').count(), 0, path)
    await look(ana, path.replaceAll('/', ' ').trim().replaceAll(' ', '-'))
  }
})

/** told: the page of an address says that one may not, and nothing else. */
async function told(page, path) {
  await page.goto(`${BASE}/dashboard/${path}`)
  await page.getByText('Your groups do not allow this page.').waitFor()
  assert.equal(await page.getByText('Something went wrong').count(), 0, path)
}

async function refused(page, paths) {
  for (const path of paths) await ask(page, 'GET', path, undefined, 403)
}
