// A customer's mail shows up in the list by itself. Ana opens it, takes it and answers it with
// a macro, by keyboard alone; what the customer answers shows up on the page that she has open.
import assert from 'node:assert/strict'
import { agent, api, ask, journey, look, mail, mails, place, until, within } from './desk.mjs'

const MIA = 'mia@customer.example'
const SUPPORT = 'help@shop.example'

await journey(async () => {
  await api('POST', 'users/', { email: MIA, first_name: 'Mia', last_name: 'Muster' })
  await api('POST', 'tickets/', { subject: 'An older question', from_email: MIA, comment: { body: 'Hello?', from_email: MIA } })
  const ana = await agent('ana@shop.example')
  await ask(ana, 'POST', 'macros/', {
    name: 'Send another',
    groups: [],
    comment_mode: 'public',
    comment: 'Dear {{ requester.first_name }},\n\nfor ticket {{ ticket.id }} another one is on its way.\n\n{{ user.first_name }}',
    changes: { status: 'pending', add_tags: ['replaced'] },
  })
  await look(ana, 'start')

  await place(ana, 'Tickets').click()
  await ana.getByRole('row', { name: /An older question/ }).waitFor()
  await mail(MIA, SUPPORT, `From: Mia Muster <${MIA}>\nTo: ${SUPPORT}\nSubject: The lamp is broken\nMessage-ID: <lamp@customer.example>\n\nIt came in two pieces.\n`)
  await ana.getByRole('button', { name: '1 new — show' }).waitFor()
  assert.equal(await ana.getByRole('row').count(), 2, 'nothing moves under the reader')
  await look(ana, 'tickets')
  await ana.keyboard.press('.')
  const row = ana.getByRole('row', { name: /The lamp is broken/ })
  await row.waitFor()
  await ana.keyboard.press('j')
  await ana.keyboard.press('j')
  await until('the keyboard is at the new row', () => row.getByRole('link').evaluate(el => el === document.activeElement))
  await ana.keyboard.press('Enter')
  await ana.getByRole('heading', { name: 'The lamp is broken' }).waitFor()
  await ana.getByRole('article', { name: 'Comment by Mia Muster' }).getByText('It came in two pieces.').waitFor()
  await look(ana, 'ticket')

  await ana.keyboard.press('i')
  await ana.getByText('Assigned to Ana').waitFor()
  const field = ana.getByRole('textbox', { name: 'Public reply' })
  await field.waitFor()
  await ana.keyboard.press('m')
  await ana.getByRole('option', { name: 'Send another' }).waitFor()
  await ana.keyboard.type('Send')
  await ana.keyboard.press('Enter')
  await until('the text is filled in', async () => (await field.inputValue()).startsWith('Dear Mia,'))
  const id = ana.url().match(/tickets\/(\d+)/)[1]
  assert.equal(await field.inputValue(), `Dear Mia,\n\nfor ticket ${id} another one is on its way.\n\nAna`)
  const changes = ana.getByRole('list', { name: 'Changes' })
  await changes.getByText('Status: Pending').waitFor()
  await changes.getByText('+ replaced').waitFor()
  await look(ana, 'composer')

  await ana.keyboard.press('Control+Enter')
  await ana.getByText(new RegExp(`Reply to #${id} goes out`)).waitFor()
  assert.equal(await field.inputValue(), '')
  const reply = ana.getByRole('article', { name: 'Comment by Ana' })
  await reply.getByText('another one is on its way').waitFor()
  const sent = await until('the reply leaves', async () => (await mails()).find(m => m.text.includes('another one')))
  const mark = reply.getByText(`Delivered to ${MIA}`)
  if (!(await within(mark, 20))) await ana.reload()
  await mark.waitFor()
  await look(ana, 'ticket-answered')

  await mail(MIA, sent.reply_to, `From: ${MIA}\nTo: ${sent.reply_to}\nSubject: Re: The lamp is broken\nMessage-ID: <thanks@customer.example>\nIn-Reply-To: <${sent.id}>\n\nThank you, that is kind!\n`)
  await ana.getByRole('article', { name: 'Comment by Mia Muster' }).getByText('Thank you, that is kind!').waitFor()
  await ana.getByRole('banner').or(ana.locator('header')).getByText('Open', { exact: true }).first().waitFor()
})
