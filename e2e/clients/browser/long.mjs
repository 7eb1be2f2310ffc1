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
  /** quick opens it again when the machine had something else to do. */
  const quick = async (hash, n) => {
    for (let tries = 0; tries < 4; tries++) if ((await open(hash, n)) < 5000) return
    assert.fail(`number ${n} takes too long`)
  }
  const cards = () => ana.getByRole('article').count()
  const held = n => until('it has the keyboard', () => ana.locator(`#comment-${n}`).evaluate(el => el === document.activeElement))

  // It begins where the customer has waited longest for an answer: here at the first.
  await quick('', 1)
  assert.ok((await cards()) < 200, `${await cards()} comments are in the page`)
  await quick('#comment-1000', 1000)
  await held(1000)
  const conversation = ana.getByRole('region', { name: 'Conversation' })
  const before = await cards()
  await conversation.focus()
  await ana.keyboard.press('End')
  await until('later ones are read', async () => (await cards()) > before)
  await ana.keyboard.press('Home')
  await text(1000 - before).waitFor()
  assert.ok((await cards()) < 1000)
  await quick(`#comment-${COMMENTS}`, COMMENTS)
  await held(COMMENTS)
  await text(COMMENTS).click()
})
