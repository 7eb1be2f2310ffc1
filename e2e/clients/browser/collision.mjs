// Ana and Ben write to the same customer. Each sees the other; whoever comes second is shown
// what was said meanwhile, and keeps the text.
import assert from 'node:assert/strict'
import { agent, api, BASE, journey, look, mail, mails, until } from './desk.mjs'

const MIA = 'mia@customer.example'
const SUPPORT = 'help@shop.example'

await journey(async () => {
  await mail(MIA, SUPPORT, `From: Mia Muster <${MIA}>\nTo: ${SUPPORT}\nSubject: Which lamp?\nMessage-ID: <which@customer.example>\n\nThe red or the blue one?\n`)
  const { id } = await until('the mail is a ticket', async () => (await api('GET', 'tickets/')).results[0])
  const [ana, ben] = await Promise.all(['ana@shop.example', 'ben@shop.example'].map(email => agent(email)))
  for (const page of [ana, ben]) {
    await page.goto(`${BASE}/dashboard/tickets/${id}/`)
    await page.getByText('The red or the blue one?').first().waitFor()
  }
  for (const page of [ana, ben]) await page.getByRole('textbox', { name: 'Public reply' }).waitFor()
  await ana.getByText('Ben is looking').waitFor()
  await ben.getByText('Ana is looking').waitFor()

  const [mine, his] = [ana, ben].map(page => page.getByRole('textbox', { name: 'Public reply' }))
  await ana.keyboard.press('r')
  await mine.pressSequentially('Take the red one.')
  await ben.getByText('Ana is writing…').waitFor()
  await ben.keyboard.press('r')
  await his.pressSequentially('Take the blue one.')
  await ana.getByText('Ben is writing…').waitFor()
  await look(ana, 'collision')
  await ben.keyboard.press('Control+Enter')
  await ben.getByRole('article', { name: 'Comment by Ben' }).getByText('Take the blue one.').waitFor()

  await ana.getByText('A new answer came while you write.').waitFor()
  await mine.press('Control+Enter')
  const stop = ana.getByRole('dialog', { name: 'Somebody else has answered' })
  await stop.getByText('Take the blue one.').waitFor()
  assert.equal(await mine.inputValue(), 'Take the red one.')
  await look(ana, 'answered')
  await stop.getByRole('button', { name: 'Send anyway' }).click()
  await ben.getByRole('article', { name: 'Comment by Ana' }).getByText('Take the red one.').waitFor()
  await until('both leave', async () => (await mails()).filter(m => m.text.includes('Take the')).length === 2)

  await mine.fill('Or the green one?')
  const [last] = (await mails()).slice(-1)
  await mail(MIA, last.reply_to, `From: ${MIA}\nTo: ${last.reply_to}\nSubject: Re: Which lamp?\nMessage-ID: <both@customer.example>\n\nI take both!\n`)
  await ana.getByRole('article').getByText('I take both!').waitFor()
  await mine.press('Control+Enter')
  await stop.getByText('I take both!').waitFor()
  await stop.getByRole('button', { name: 'Edit my reply' }).click()
  await stop.waitFor({ state: 'hidden' })
  assert.equal(await mine.inputValue(), 'Or the green one?')
  await until('the keyboard is back in the text', () => mine.evaluate(el => el === document.activeElement))
})
