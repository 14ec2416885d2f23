import { expect, test } from 'vitest'
import { drawn, layout, rowAt, topOf } from './windowed'

const sizes = { row: 60, head: 30, gap: 10 }
const three = layout(
  [
    { key: 'c', count: 2 },
    { key: 'b', count: 1 },
    { key: 'a', count: 3 },
  ],
  sizes,
)

test('sections follow each other with room for their headings', () => {
  expect(three.parts.map(({ key, first, top }) => [key, first, top])).toEqual([
    ['c', 0, 0],
    ['b', 2, 160],
    ['a', 3, 260],
  ])
  expect([three.rows, three.height]).toEqual([6, 480])
})

test.each([
  [-50, 0],
  [0, 0],
  [29, 0],
  [90, 1],
  [155, 1],
  [165, 2],
  [295, 3],
  [9999, 5],
])('at %i pixels is row %i', (y, row) => {
  expect(rowAt(three, y)).toBe(row)
})

test('every row lies where it is looked for, among ten thousand too', () => {
  const months = Array.from({ length: 50 }, (_, index) => ({ key: String(index), count: 200 }))
  const long = layout(months, sizes)
  expect(long.rows).toBe(10_000)
  for (const row of [0, 1, 199, 200, 5_000, 9_999]) expect(rowAt(long, topOf(long, row))).toBe(row)
  expect(topOf(long, 9_999) + sizes.row + sizes.gap).toBe(long.height)
})

test('only what is in sight is drawn, and the row that has the focus', () => {
  expect(drawn(three, 1, 3, null).map(({ key, rows }) => [key, rows])).toEqual([
    ['c', [1]],
    ['b', [2]],
    ['a', [3]],
  ])
  expect(drawn(three, 4, 5, 0).map(({ key, rows }) => [key, rows])).toEqual([
    ['c', [0]],
    ['a', [4, 5]],
  ])
  expect(drawn(three, 4, 5, 3).map(({ rows }) => rows)).toEqual([[3, 4, 5]])
  expect(drawn(layout([], sizes), 0, 10, null)).toEqual([])
})
