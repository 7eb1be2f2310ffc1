// A ticket of 2,000 comments opens at any of them, and all of it can be reached.
import assert from 'node:assert/strict'
import { agent, BASE, journey, until } from './desk.mjs'

const COMMENTS = 2000

await journey(async () => {
  const ana = await agent('ana@shop.example')
  const text = n => ana.getByText(new RegExp(`^Comment number ${n}\\.`))
  // How long it takes is told, not tested: machines differ.
  const open = async (hash, n) => {
    await ana.goto('about:blank')
    const began = Date.now()
    await ana.goto(`${BASE}/dashboard/tickets/1/${hash}`)
    await text(n).waitFor()
    console.log(`number ${n} shows after ${Date.now() - began} ms, with ${await cards()} comments in the page`)
  }
  const cards = () => ana.getByRole('article').count()
  const held = n => until('it has the keyboard', () => ana.locator(`#comment-${n}`).evaluate(el => el === document.activeElement))

  // It begins where the customer has waited longest for an answer: here at the first.
  await open('', 1)
  assert.ok((await cards()) < 200, `${await cards()} comments are in the page`)
  await open('#comment-1000', 1000)
  await held(1000)
  const conversation = ana.getByRole('region', { name: 'Conversation' })
  const before = await cards()
  await conversation.focus()
  await ana.keyboard.press('End')
  await until('later ones are read', async () => (await cards()) > before)
  await ana.keyboard.press('Home')
  await text(1000 - before).waitFor()
  assert.ok((await cards()) < 1000)
  await open(`#comment-${COMMENTS}`, COMMENTS)
  await held(COMMENTS)
  await text(COMMENTS).click()
})
