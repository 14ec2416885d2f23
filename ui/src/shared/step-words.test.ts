import { expect, test } from 'vitest'
import { wordOf } from './step-words'

test.each([
  ['page', 'closed', 'step-left-page'],
  ['page', 'lost', 'step-left-page'],
  ['page', 'unknown', 'step-left'],
  ['jitsi', 'lost', 'step-left'],
  ['jitsi', 'hung_up', 'step-left'],
])('from %s, %s: %s', (source, reason, word) => {
  expect(wordOf({ kind: 'left', source, reason })).toBe(word)
})
