// A ticket of 2,000 comments opens as fast as any other, and all of it can be reached.
import assert from 'node:assert/strict'
import { agent, BASE, journey, until } from './desk.mjs'

const COMMENTS = 2000

await journey(async () => {
  const ana = await agent('ana@shop.example')
  const text = n => ana.getByText(new RegExp(`^Comment number ${n}\\.`))
  const open = async (hash, n) => {
    await ana.goto('about:blank')
    const began = Date.now()
    await ana.goto(`${BASE}/dashboard/tickets/1/${hash}`)
    await text(n).waitFor()
    const took = Date.now() - began
    console.log(`number ${n} shows after ${took} ms, with ${await cards()} comments in the page`)
    return took
  }
  const cards = () => ana.getByRole('article').count()
  const held = n => until('it has the keyboard', () => ana.locator(`#comment-${n}`).evaluate(el => el === document.activeElement))

  // It begins where the customer has waited longest for an answer: here at the first.
  assert.ok((await open('', 1)) < 5000, 'opening is quick')
  assert.ok((await cards()) < 200, `${await cards()} comments are in the page`)
  assert.ok((await open('#comment-1000', 1000)) < 5000, 'so it is in the middle')
  await held(1000)
  const conversation = ana.getByRole('region', { name: 'Conversation' })
  const before = await cards()
  await conversation.focus()
  await ana.keyboard.press('End')
  await until('later ones are read', async () => (await cards()) > before)
  await ana.keyboard.press('Home')
  await text(1000 - before).waitFor()
  assert.ok((await cards()) < 1000)
  assert.ok((await open(`#comment-${COMMENTS}`, COMMENTS)) < 5000, 'and at the end')
  await held(COMMENTS)
  await text(COMMENTS).click()
})
