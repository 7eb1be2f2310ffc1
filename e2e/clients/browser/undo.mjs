// A reply that is taken back is a draft again and goes nowhere; an internal note goes nowhere
// anyway. A reply after them is the only mail.
import assert from 'node:assert/strict'
import { agent, api, ask, BASE, focused, journey, mails, until } from './desk.mjs'

const MIA = 'mia@customer.example'

await journey(async () => {
  const { id } = await api('POST', 'tickets/', { subject: 'Two lamps', from_email: MIA, comment: { body: 'Two, please.', from_email: MIA } })
  const ana = await agent('ana@shop.example')
  await ana.goto(`${BASE}/dashboard/tickets/${id}/`)
  await ana.getByRole('article').getByText('Two, please.').waitFor()
  const field = ana.getByRole('textbox', { name: 'Public reply' })
  await field.waitFor()
  await ana.keyboard.press('r')
  await field.fill('TOO SOON: only one is left.')
  await ana.keyboard.press('Control+Enter')
  await ana.getByText(new RegExp(`Reply to #${id} goes out in \\d+ second`)).waitFor()
  assert.equal(await field.inputValue(), '')
  await ana.getByRole('button', { name: 'Undo' }).click()
  await until('the text is back', async () => (await field.inputValue()) === 'TOO SOON: only one is left.')
  assert.equal(await focused(ana), 'TEXTAREA Public reply')
  await ana.getByText(/goes out/).waitFor({ state: 'hidden' })
  const { reply } = await ask(ana, 'GET', `tickets/${id}/drafts/`)
  assert.equal(reply.send_at, null)
  assert.equal((await api('GET', `tickets/${id}/`)).comments.length, 1)
  await ana.reload()
  await until('the draft is there', async () => (await field.inputValue()) === 'TOO SOON: only one is left.')

  await ana.keyboard.press('n')
  const note = ana.getByRole('textbox', { name: 'Internal note' })
  await note.fill('INTERN: the last one has a scratch.')
  await ana.getByText('Internal: only your colleagues see this.').waitFor()
  await ana.keyboard.press('Control+Enter')
  await ana.getByRole('article', { name: 'Internal note by Ana' }).getByText('the last one has a scratch').waitFor()
  assert.equal(await note.inputValue(), '')

  await ana.keyboard.press('Escape')
  await ana.keyboard.press('r')
  await until('the reply is still there', async () => (await field.inputValue()).startsWith('TOO SOON'))
  await field.fill('Both are on their way.')
  await ana.keyboard.press('Control+Enter')
  await ana.getByRole('article', { name: 'Comment by Ana' }).getByText('Both are on their way.').waitFor()
  await until('the reply leaves', async () => (await mails()).find(m => m.text.includes('Both are on their way.')))
})
