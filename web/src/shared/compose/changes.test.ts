import { expect, test } from 'vitest'
import { merged, steps } from './changes'

test('later changes win, tags come together', () => {
  expect(
    merged({ status: 'open', add_tags: ['a'], remove_tags: ['x'] }, { status: 'solved', add_tags: ['x', 'b'] }),
  ).toEqual({
    status: 'solved',
    add_tags: ['a', 'x', 'b'],
  })
  expect(merged({ add_tags: ['a'] }, { set_tags: [] })).toEqual({ set_tags: [] })
})

test('each step can be taken away alone', () => {
  const list = steps({ status: 'open', type: 0, add_tags: ['a', 'b'] })
  expect(list.map(s => s.key)).toEqual(['status', 'type', 'add_tags:a', 'add_tags:b'])
  expect(list[2]!.without).toEqual({ status: 'open', type: 0, add_tags: ['b'] })
  expect(list[0]!.without).toEqual({ type: 0, add_tags: ['a', 'b'] })
})
