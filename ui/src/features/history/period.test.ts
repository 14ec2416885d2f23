import { expect, test } from 'vitest'
import { daysOf } from './period'

const own = { from: '', to: '' }

test.each([
  ['2026-11-23', '2026-11-01', '2026-11-30', '2026-10-01', '2026-10-31'],
  ['2027-01-01', '2027-01-01', '2027-01-31', '2026-12-01', '2026-12-31'],
  ['2028-03-31', '2028-03-01', '2028-03-31', '2028-02-01', '2028-02-29'],
])('the months around %s', (today, from, to, before, until) => {
  expect(daysOf('this_month', today, own)).toEqual({ from, to })
  expect(daysOf('last_month', today, own)).toEqual({ from: before, to: until })
})

test('a period of one’s own may be open at either end', () => {
  expect(daysOf('own', '2026-11-23', { from: '2026-01-01', to: '' })).toEqual({
    from: '2026-01-01',
    to: null,
  })
  expect(daysOf('own', '2026-11-23', own)).toEqual({ from: null, to: null })
  expect(daysOf('all', '2026-11-23', { from: '2026-01-01', to: '2026-02-01' })).toEqual({
    from: null,
    to: null,
  })
})
