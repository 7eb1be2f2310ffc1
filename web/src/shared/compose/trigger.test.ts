import { expect, test } from 'vitest'
import { best, fill, mentionOf, mentionsIn, pieces, score, triggerAt, unfilled } from './trigger'

test.each([
  ['/', 'macro', 0, ''],
  ['/ref', 'macro', 0, 'ref'],
  ['Hello\n/where is', 'macro', 6, 'where is'],
  ['Hello /ref', 'macro', 6, 'ref'],
  ['ask @an', 'mention', 4, 'an'],
  ['(@', 'mention', 1, ''],
  ['see #12', 'ticket', 4, '12'],
  ['see #lamp broken', 'ticket', 4, 'lamp broken'],
  ['Hi {{', 'variable', 3, ''],
  ['Hi {{ requester.f', 'variable', 3, 'requester.f'],
])('%j calls for a %s', (text, kind, start, query) => {
  expect(triggerAt(text, text.length)).toEqual({ kind, start, query })
})

test.each([
  'and/or',
  'https://shop.example/',
  '/usr/bin',
  'ana@example',
  'a # b',
  'C#',
  'Hi {{ requester.first_name }}',
  '/refund\n',
  '#',
])('%j calls for nothing', text => {
  expect(triggerAt(text, text.length)).toBeNull()
})

test('only what stands before the caret counts', () => {
  expect(triggerAt('/refund me', 3)).toEqual({ kind: 'macro', start: 0, query: 're' })
  expect(triggerAt('plain /x', 3)).toBeNull()
})

test('names are found by their letters', () => {
  expect(score('Where is my order', 'where')).toBeGreaterThan(score('Know where', 'where'))
  expect(score('Refund: done', 'rfd')).toBeGreaterThan(0)
  expect(score('Refund', 'x')).toBe(0)
  expect(score('C++ (old)', '(o')).toBeGreaterThan(0)
  expect(best(['Delay', 'Refund done', 'Done'], 'done', x => x)).toEqual(['Done', 'Refund done'])
  expect(best(['a', 'b'], '', x => x)).toEqual(['a', 'b'])
})

test('variables are filled, marked and told', () => {
  expect(fill('Hi {{ a.b }} {{c}}', { 'a.b': 'Eve' })).toBe('Hi Eve {{c}}')
  expect(unfilled('{{ x }} {{x}} {{ y }} {{}}')).toEqual(['x', 'y'])
  const text = 'Hi {{ a }}, {{b}}!'
  expect(
    pieces(text)
      .map(p => p.text)
      .join(''),
  ).toBe(text)
  expect(pieces(text).map(p => p.variable)).toEqual([false, true, false, true, false])
})

test('people are named as the server names them', () => {
  const ana = { name: 'Ana Smith', email: 'as@shop.example' }
  for (const text of ['@ana', 'ask @Ana.Smith.', '(@anasmith)', '@as'])
    expect(mentionsIn(text, [ana]), text).toEqual([ana])
  for (const text of ['ana', 'x@ana', '@anas', '']) expect(mentionsIn(text, [ana]), text).toEqual([])
  expect(mentionsIn(mentionOf(ana), [ana])).toEqual([ana])
})
