import { expect, test } from 'vitest'
import { sourceWord, wordOf } from './step-words'

test.each([
  ['page', 'closed', 'step-left-page'],
  ['page', 'lost', 'step-left-page'],
  ['page', 'unknown', 'step-left'],
  ['jitsi', 'lost', 'step-left'],
  ['jitsi', 'hung_up', 'step-left'],
])('from %s, %s: %s', (source, reason, word) => {
  expect(wordOf({ kind: 'left', source, reason })).toBe(word)
})

test.each([
  ['green-api', 'channel-whatsapp'],
  ['green-api-max', 'channel-max'],
  ['telegram', 'channel-telegram'],
  ['prosody@example.org', undefined],
])('%s is known to people as %s', (source, word) => {
  expect(sourceWord(source)).toBe(word)
})
