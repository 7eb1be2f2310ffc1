// From nothing to the first answer, through the pages: the setup link, the support address, a
// colleague, a ticket type, a customer's mail and its answer.
import assert from 'node:assert/strict'
import { journey, look, mail, mails, PASSWORD, person, place, SETUP, until } from './desk.mjs'

const SUPPORT = 'help@shop.example'
const MIA = 'mia@customer.example'

const lamp = `From: Mia Muster <${MIA}>\nTo: ${SUPPORT}\nSubject: Do you ship lamps?\nMessage-ID: <ship@customer.example>\n\nTo Norway, please.\n`

await journey(async () => {
  await assert.rejects(mail(MIA, SUPPORT, lamp), /the server says 5/, 'there is no such address yet')
  const ada = await person()
  await ada.goto(SETUP)
  await ada.getByLabel('Name').fill('Ada Admin')
  await ada.getByLabel('E-mail address').fill('ada@shop.example')
  await ada.getByLabel('New password').fill(PASSWORD)
  await ada.getByRole('button', { name: 'Make the account' }).click()
  await ada.getByRole('heading', { name: 'Hello, Ada Admin' }).waitFor()
  const steps = ada.getByRole('region', { name: 'First steps' })
  await steps.waitFor()
  await look(ada, 'first-steps')

  await steps.getByRole('link', { name: 'Set the support address' }).click()
  await ada.getByLabel('Support address', { exact: true }).fill(SUPPORT)
  await ada.getByRole('button', { name: 'Save', exact: true }).click()
  await ada.getByText('Saved', { exact: true }).first().waitFor()
  await look(ada, 'settings-mail')

  const sections = ada.getByRole('navigation', { name: 'Settings' })
  await sections.getByRole('link', { name: 'Ticket types' }).click()
  await ada.getByRole('button', { name: 'New type' }).first().click()
  await ada.getByRole('dialog').getByLabel('Name').fill('Shipping')
  await ada.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await ada.getByRole('listitem').filter({ hasText: 'Shipping' }).waitFor()
  await look(ada, 'settings-types')

  await sections.getByRole('link', { name: 'People' }).click()
  await ada.getByRole('button', { name: 'Invite somebody' }).click()
  const invite = ada.getByRole('dialog')
  await invite.getByLabel('E-mail address').fill('bob@shop.example')
  await invite.getByRole('checkbox', { name: /admin/i }).check()
  await invite.getByRole('button', { name: 'Make the invitation' }).click()
  const link = (await invite.getByText(/\/dashboard\/invitation\//).innerText()).trim()
  await look(ada, 'settings-invitation')
  await invite.getByRole('button', { name: 'Close' }).last().click()

  const bob = await person()
  await bob.goto(new URL(SETUP).origin + new URL(link).pathname)
  await bob.getByLabel('Name').fill('Bob Helper')
  await bob.getByLabel('New password').fill(PASSWORD)
  await bob.getByRole('button', { name: 'Join' }).click()
  await bob.getByRole('heading', { name: 'Hello, Bob Helper' }).waitFor()
  await place(bob, 'Tickets').click()
  await bob.getByText('Everything is solved.').waitFor()

  await mail(MIA, SUPPORT, lamp)
  await bob.getByRole('button', { name: '1 new — show' }).click()
  await bob.getByRole('link', { name: 'Do you ship lamps?' }).click()
  await bob.getByRole('article').getByText('To Norway, please.').waitFor()
  await bob.getByLabel('Type', { exact: true }).first().click()
  await bob.getByRole('option', { name: 'Shipping' }).click()
  await bob.getByText('Type:').first().waitFor()
  await bob.getByLabel('Tags', { exact: true }).first().fill('norway')
  await bob.keyboard.press('Enter')
  await bob.getByText('+ norway').waitFor()
  await bob.getByRole('textbox', { name: 'Public reply' }).fill('Yes, to Norway too.')
  await bob.getByRole('button', { name: /^Send/ }).first().click()
  await bob.getByRole('article', { name: 'Comment by Bob Helper' }).getByText('Yes, to Norway too.').waitFor()
  const sent = await until('the answer leaves', async () => (await mails()).find(m => m.text.includes('Yes, to Norway too.')))
  assert.deepEqual(sent.to, [MIA])

  await place(ada, 'Start').click()
  await until('most is done', async () => {
    await ada.reload()
    await steps.waitFor()
    return (await steps.getByRole('img', { name: 'Done' }).count()) >= 5
  })
})
