import { expect, test } from 'vitest'
import { contrast } from './contrast'
import { moved } from './moved'

test('contrast with white is as WCAG counts it', () => {
  expect(contrast('#000000')).toBeCloseTo(21)
  expect(contrast('#FFFFFF')).toBeCloseTo(1)
  expect(contrast('#767676')).toBeCloseTo(4.54, 2)
  expect(contrast('red')).toBeNull()
  expect(contrast('')).toBeNull()
})

test('what is moved leaves the others in their order', () => {
  expect(moved([1, 2, 3, 4], 1, 2)).toEqual([2, 3, 1, 4])
  expect(moved([1, 2, 3, 4], 4, 0)).toEqual([4, 1, 2, 3])
})
