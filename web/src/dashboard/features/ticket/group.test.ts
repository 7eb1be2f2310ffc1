import { expect, test } from 'vitest'
import { type Item, joined, listChange, rows } from './group'

const event = (seq: number, actor: number, field: string, from: string, to: string, minute = seq): Item => ({
  key: `e${seq}`,
  at: new Date(Date.UTC(2026, 10, 2, 9, minute)).toISOString(),
  unread: false,
  ticket: 1,
  comment: null,
  event: {
    seq,
    type: 'ticket.updated',
    reason: '',
    actor: { kind: 'agent', id: actor, name: `Agent ${actor}` },
    changes: [{ field, from: from ? [from] : [], to: to ? [to] : [] }],
  },
})
const comment = (id: number): Item => ({
  ...event(id, 1, '', '', ''),
  key: `c${id}`,
  event: null,
  comment: {
    id,
    author: { id: 1, name: 'Ann', email: '', kind: 'customer' },
    public: true,
    segments: [],
    cut: false,
    mail: null,
    attachments: [],
    deliveries: [],
  },
})

test('what one person did at once is one row; comments and other people part it', () => {
  const list = rows([
    event(1, 7, 'status', 'new', 'open'),
    event(2, 7, 'priority', 'low', 'high'),
    event(3, 8, 'status', 'open', 'pending'),
    comment(4),
    event(5, 8, 'status', 'pending', 'open'),
    event(6, 8, 'status', 'open', 'solved', 59 + 60),
  ])
  expect(list.map(r => (r.kind === 'events' ? r.items.length : 'c'))).toEqual([2, 1, 'c', 1, 1])
})

test('steps of one field are one step, and there and back is none', () => {
  const all = rows([
    event(1, 7, 'status', 'new', 'open'),
    event(2, 7, 'status', 'open', 'pending'),
    event(3, 7, 'priority', 'low', 'high'),
    event(4, 7, 'priority', 'high', 'low'),
  ])
  const [row] = all
  expect(row?.kind === 'events' && joined(row.items)).toEqual([{ field: 'status', from: ['new'], to: ['pending'] }])
})

test('of lists only what came and went is told', () => {
  expect(listChange({ field: 'tags', from: ['a', 'b'], to: ['b', 'c'] })).toEqual({ added: ['c'], removed: ['a'] })
})
