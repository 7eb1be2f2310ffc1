import { afterEach, expect, test } from 'vitest'
import { neighbours, rememberNeighbours } from './neighbours'

afterEach(() => sessionStorage.clear())

test('the list that somebody came from is remembered, and nothing else', () => {
  expect(neighbours()).toBeNull()
  rememberNeighbours({ ids: [3, 1], url: '/dashboard/tickets/?view=mine' })
  expect(neighbours()).toEqual({ ids: [3, 1], url: '/dashboard/tickets/?view=mine' })
  for (const bad of ['{', '{"ids":[1],"url":"//evil.example/"}', '{"ids":1,"url":"/dashboard/"}', '[]']) {
    sessionStorage.setItem('listNeighbours', bad)
    expect(neighbours(), bad).toBeNull()
  }
})
