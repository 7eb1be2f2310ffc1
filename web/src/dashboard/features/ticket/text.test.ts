import { expect, test } from 'vitest'
import { pieces } from './text'

const links = (text: string) =>
  pieces(text)
    .filter(p => p.kind !== 'text')
    .map(p => `${p.kind} ${p.href}`)

test('addresses, mail and tickets are found, and the sentence keeps its signs', () => {
  expect(links('See https://shop.example/a?b=1&c=2. Or (http://x.example/y_(z)) and #1234, please.')).toEqual([
    'url https://shop.example/a?b=1&c=2',
    'url http://x.example/y_(z)',
    'ticket 1234',
  ])
  expect(links('write to ann.o+x@mail.example!')).toEqual(['mail mailto:ann.o+x@mail.example'])
})

test('nothing else leads anywhere', () => {
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '&#1234;',
    'a#12',
    '#12a',
    '##7',
    '#0',
    'ftp://x.example',
    'https://',
  ]) {
    expect(links(text), text).toEqual([])
  }
})

test('the number of the order is no ticket', () => {
  expect(pieces('order #1001, ticket #12', '1001').filter(p => p.kind === 'ticket')).toEqual([
    { kind: 'ticket', text: '#12', href: '12' },
  ])
})

test('the pieces are the text, whatever it is', () => {
  for (const text of ['', 'plain', '<b>#1</b> https://a.example/"onclick=x', 'a@b.c, #1 #2\nhttps://x.example…']) {
    expect(
      pieces(text)
        .map(p => p.text)
        .join(''),
    ).toBe(text)
  }
})
