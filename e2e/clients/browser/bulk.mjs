// All tickets of a view are solved at once, and taken back; one that somebody has changed since
// then keeps what was done to it.
import assert from 'node:assert/strict'
import { agent, api, ask, BASE, journey, look, until } from './desk.mjs'

const MANY = 250

await journey(async () => {
  for (let i = 0; i < MANY; i += 25) {
    await Promise.all(Array.from({ length: 25 }, (_, j) => api('POST', 'tickets/', { subject: `Lamp ${i + j}`, status: j % 2 ? 'open' : 'new' })))
  }
  const ana = await agent('ana@shop.example')
  const count = async () => (await ask(ana, 'GET', 'tickets/counts/')).counts
  await ana.goto(`${BASE}/dashboard/tickets/?view=unsolved`)
  await ana.getByRole('checkbox', { name: 'Pick all on this page' }).check()
  const bar = ana.getByRole('region', { name: 'Change the picked tickets' })
  const page = Number((await bar.getByRole('status').innerText()).match(/\d+/)[0])
  assert.ok(page < MANY, 'not all are on a page')
  await bar.getByRole('button', { name: `Pick all ${MANY} in this view` }).click()
  await bar.getByText(`${MANY} tickets picked`).waitFor()
  await look(ana, 'bulk')
  await bar.getByRole('button', { name: 'Status' }).click()
  await ana.getByRole('menuitem', { name: 'Solved' }).click()

  const notice = ana.getByRole('alert').filter({ hasText: `${MANY} tickets changed` })
  await notice.waitFor()
  await notice.hover() // it stays for as long as somebody points at it
  await ana.getByText('Everything is solved.').waitFor()
  await until('all are counted as solved', async () => (await count()).solved === MANY)
  const { results } = await api('GET', 'tickets/?status=solved&page_size=1')
  await api('PATCH', `tickets/${results[0].id}/`, { status: 'pending' })
  await notice.getByRole('button', { name: 'Undo' }).click()
  await ana.getByText(`${MANY - 1} tickets are as before, 1 changed meanwhile`).waitFor()
  await ana.getByRole('row', { name: /Lamp/ }).first().waitFor()
  await until('they are counted as before', async () => {
    const { solved, unsolved, pending } = await count()
    return solved === 0 && unsolved === MANY && pending === 1
  })
})
