import { expect, test } from 'vitest'
import { between, toggled } from './selection'
import { merged } from './useLiveRows'

test('a range goes both ways, and is one row without a start', () => {
  expect(between([9, 8, 7, 6], 9, 7)).toEqual([9, 8, 7])
  expect(between([9, 8, 7, 6], 6, 8)).toEqual([8, 7, 6])
  expect(between([9, 8], null, 8)).toEqual([8])
  expect(between([9, 8], 5, 8)).toEqual([8])
})

test('picking twice lets go; a range only adds', () => {
  expect([...toggled(new Set([8]), [9, 8, 7], null, 8, false)]).toEqual([])
  expect([...toggled(new Set([8]), [9, 8, 7], 8, 7, true)]).toEqual([8, 7])
})

test('rows are refreshed in their places', () => {
  const row = (id: number, subject: string) => ({ id, subject }) as never
  const list = { results: [row(2, 'a'), row(1, 'b')], exact: [], next: null, previous: null }
  expect(merged(list, new Map([[1, row(1, 'c')]])).results).toEqual([row(2, 'a'), row(1, 'c')])
})
