import { describe, expect, test } from 'vitest'
import { join, mayBecomeChip, pieces, quote, settle, take, typing } from './chips'

describe('a search', () => {
  test.each([
    ['', [], ''],
    ['status:open,pending lamp', ['status:open,pending'], 'lamp'],
    ['-tag:"on hold",vip  "broken lamp" kettle', ['-tag:"on hold",vip'], '"broken lamp" kettle'],
    ['#1234 Re: lamp', ['#1234'], 'Re: lamp'],
    ['https://shop.example stauts:open', [], 'https://shop.example stauts:open'],
    ['type:"a \\"b\\" c" x', ['type:"a \\"b\\" c"'], 'x'],
    ['created:>2026-01-01 STATUS:new', ['created:>2026-01-01', 'STATUS:new'], ''],
    ['status: open', [], 'status: open'],
    ['5" pipe status:new', ['status:new'], '5" pipe'],
  ])('%s', (text, chips, words) => {
    const parts = take(text)
    expect(parts.chips.map(c => c.text)).toEqual(chips)
    expect(parts.words).toBe(words)
    expect(take(join(parts))).toEqual(parts)
  })

  test('a chip tells its parts', () => {
    expect(take('-from:ana@x').chips[0]).toEqual({ text: '-from:ana@x', key: 'from', not: true, values: 'ana@x' })
  })
})

test('what may become a chip is waited for', () => {
  expect(['stat', 'lamp sta', '-ta', 's'].map(mayBecomeChip)).toEqual([true, true, true, true])
  expect(['', 'stat ', 'lamp', 'status:', 'refund'].map(mayBecomeChip)).toEqual([false, false, false, false, false])
})

test('values are quoted where they must be', () => {
  for (const value of ['vip', 'on hold', 'a,b', 'say "hi"', '-x', '>5', 'back\\slash "q"']) {
    const [only, ...more] = pieces(`tag:${quote(value)}`)
    expect(more).toEqual([])
    expect(take(only!).chips).toHaveLength(1)
  }
  expect(quote('vip')).toBe('vip')
})

test('a chip settles when a space follows it', () => {
  expect(settle([], 'status:open')).toBeNull()
  expect(settle([], 'tag:"on ')).toBeNull()
  expect(settle([], 'lamp ')).toBeNull()
  const parts = settle([{ text: 'is:mine' }], 'lamp status:open ')
  expect(parts && join(parts)).toBe('is:mine status:open lamp')
})

test('it is known which chip is being typed', () => {
  expect(typing('lamp sta')).toEqual({ before: 'lamp ', not: false, key: null, value: 'sta' })
  expect(typing('lamp -tag:vi')).toEqual({ before: 'lamp ', not: true, key: 'tag', value: 'vi' })
  expect(typing('tag:"on h')).toEqual({ before: '', not: false, key: 'tag', value: 'on h' })
  expect(typing('lamp ')).toEqual({ before: 'lamp ', not: false, key: null, value: '' })
})
