import { expect, test } from 'vitest'
import { moved } from './MacroTable'

test('a macro is moved to a place', () => {
  expect(moved([1, 2, 3], 3, 0)).toEqual([3, 1, 2])
  expect(moved([1, 2, 3], 1, 1)).toEqual([2, 1, 3])
  expect(moved([1, 2, 3], 1, 2)).toEqual([2, 3, 1])
})
