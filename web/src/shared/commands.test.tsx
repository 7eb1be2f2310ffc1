import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import { type Command, nameOf, press, singleKeys, useCommand } from './commands'

;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true

function Offering({ list }: { list: Command[] }) {
  useCommand(...list)
  return null
}

let leave = () => {}
function offer(...list: Command[]) {
  const root = createRoot(document.body.appendChild(document.createElement('div')))
  act(() => root.render(<Offering list={list} />))
  leave = () => act(() => root.unmount())
}
afterEach(() => {
  leave()
  singleKeys.set(true)
})

const key = (k: string, init: KeyboardEventInit = {}) =>
  new KeyboardEvent('keydown', { key: k, cancelable: true, ...init })
const command = (keys: string): Command & { run: ReturnType<typeof vi.fn<() => void>> } => ({
  id: keys,
  label: keys,
  keys,
  run: vi.fn<() => void>(),
})

test('a key runs its command, the latest first', () => {
  const [below, above] = [command('e'), { ...command('e'), id: 'above' }]
  offer(below, above)
  expect(press(key('e'))).toBe(true)
  expect(above.run).toHaveBeenCalledOnce()
  expect(below.run).not.toHaveBeenCalled()
})

test('two keys in a row are one command, unless they come late', () => {
  const go = command('g t')
  offer(go)
  expect(press(key('g'), 1000)).toBe(false)
  expect(press(key('t'), 1500)).toBe(true)
  press(key('g'), 9000)
  expect(press(key('t'), 12000)).toBe(false)
  expect(go.run).toHaveBeenCalledOnce()
})

test('keys belong to a field while somebody writes, but chords do not', () => {
  const [plain, chord] = [command('e'), command('mod+k')]
  offer(plain, chord)
  const field = document.body.appendChild(document.createElement('textarea'))
  field.addEventListener('keydown', e => press(e))
  field.dispatchEvent(key('e', { bubbles: true }))
  field.dispatchEvent(key('k', { bubbles: true, ctrlKey: true }))
  expect(plain.run).not.toHaveBeenCalled()
  expect(chord.run).toHaveBeenCalledOnce()
})

test('single keys can be turned off', () => {
  const [plain, chord] = [command('e'), command('mod+k')]
  offer(plain, chord)
  singleKeys.set(false)
  expect(press(key('e'))).toBe(false)
  expect(press(key('k', { metaKey: true }))).toBe(true)
})

test('keys are named as commands spell them', () => {
  expect(nameOf(key('E', { shiftKey: true }))).toBe('shift+e')
  expect(nameOf(key('?', { shiftKey: true }))).toBe('?')
  expect(nameOf(key('Enter', { ctrlKey: true }))).toBe('mod+Enter')
})

test('a key belongs to a dialog, a menu or the button it is pressed at', () => {
  const [e, space] = [command('e'), command(' ')]
  offer(e, space)
  const at = (html: string, k: string) => {
    const box = document.body.appendChild(document.createElement('div'))
    box.innerHTML = html
    const event = key(k, { bubbles: true })
    box.querySelector('b, button, a')!.addEventListener('keydown', x => press(x as KeyboardEvent))
    box.querySelector('b, button, a')!.dispatchEvent(event)
    box.remove()
  }
  at('<div role="dialog" aria-modal="true"><b></b></div>', 'e')
  at('<div role="menu"><b></b></div>', 'e')
  at('<button></button>', ' ')
  expect(e.run).not.toHaveBeenCalled()
  expect(space.run).not.toHaveBeenCalled()
  at('<button></button>', 'e')
  at('<a></a>', ' ')
  expect(e.run).toHaveBeenCalledOnce()
  expect(space.run).toHaveBeenCalledOnce()
})
