import { expect, test } from 'vitest'
import type { PageState } from '$generated/PageState'
import { sample } from './sample'
import { doorTo, isOvertaken, lateLead, news, scene, told, type Line } from './scene'

const at = (time: string) => Date.parse(`2026-11-23T${time}:00Z`)
const open = { phase: 'open', room: 'https://video.example/r' } as const
const late = { answer: 'late', until: '2026-11-23T12:10:00Z' }

test.each([
  ['2026-11-23T12:04:00Z', 'with-lead-by-then'],
  ['2026-11-23T12:05:00Z', 'with-lead-late'],
])('who comes at %s is told as %s', (until, lead) => {
  const starts_at = '2026-11-23T12:04:00Z'
  expect(lateLead(sample({ starts_at, specialist: { answer: 'late', until } }))).toBe(lead)
})

test.each<[string, string, Partial<PageState>, string]>([
  ['more than an hour ahead', '11:00', {}, 'early'],
  ['within the hour', '11:04', {}, 'soon'],
  ['at its time, with the door shut', '12:04', {}, 'due'],
  ['the specialist is late', '12:04', { specialist: late }, 'late'],
  ['the specialist is late, and the door opens all the same', '12:04', { specialist: late, ...open }, 'open'],
  ['admitted before the time', '11:30', open, 'open'],
  [
    'the specialist cannot come, whatever the door',
    '12:04',
    { specialist: { answer: 'cannot' }, ...open },
    'cannot',
  ],
  ['open, but no room is given', '12:04', { phase: 'open' }, 'due'],
  ['over', '12:04', { phase: 'over', specialist: late }, 'over'],
  ['cancelled', '11:00', { phase: 'cancelled' }, 'cancelled'],
  ['an answer of a newer version', '12:04', { specialist: { answer: 'dancing' } }, 'due'],
])('%s', (_, now, changes, expected) => {
  expect(scene(sample(changes), at(now))).toBe(expected)
})

test.each([
  ['https://video.example/r', true],
  ['http://127.0.0.1/r', true],
  ['javascript:alert(1)', false],
  ['', false],
])('a door leads to %s: %s', (room, leads) => {
  expect(doorTo(sample({ phase: 'open', room })) !== null).toBe(leads)
})

test('a room that comes before the door is open is not shown', () => {
  expect(doorTo(sample({ room: open.room }))).toBeNull()
})

const since = '2026-11-23T11:00:00Z'
test.each<[string, Partial<PageState>, Line, string]>([
  ['waits, and somebody is told', { waiting_since: since }, 'fine', 'yes'],
  ['waits, and nobody can be told', { waiting_since: since, specialist_told: false }, 'fine', 'kept'],
  ['does not wait yet', {}, 'fine', 'later'],
  ['nobody to tell', { specialist_told: false }, 'fine', 'no'],
  [
    'the specialist has answered',
    { waiting_since: since, specialist: { answer: 'coming' } },
    'fine',
    'coming',
  ],
  ['without a line nothing is promised', { waiting_since: since }, 'lost', 'offline'],
  ['turned away for now', { waiting_since: since }, 'busy', 'offline'],
])('told: %s', (_, changes, line, expected) => {
  expect(told(sample(changes), line)).toBe(expected)
})

test('an answer that was overtaken is dropped, and a clock set back is believed', () => {
  const kept = sample({ now: '2026-11-23T11:00:20Z' })
  expect(isOvertaken(sample({ now: '2026-11-23T11:00:19Z' }), kept)).toBe(true)
  expect(isOvertaken(sample({ now: '2026-11-23T11:00:20Z' }), kept)).toBe(false)
  expect(isOvertaken(sample({ now: '2026-11-23T10:00:20Z' }), kept)).toBe(false)
})

test.each<[string, Partial<PageState>, Partial<PageState>, string | null]>([
  ['nothing', {}, { revision: '2' }, null],
  ['the door', {}, open, 'open'],
  ['another room behind the same door', open, { ...open, room: 'https://other.example/r' }, null],
  ['told', {}, { waiting_since: since }, 'told'],
  ['late', {}, { specialist: late }, 'late'],
  ['later still', { specialist: late }, { specialist: { ...late, until: '2026-11-23T12:20:00Z' } }, 'late'],
  ['my own answer', { specialist: late }, { specialist: { ...late, client: 'fine' } }, null],
  ['over', open, { phase: 'over' }, 'over'],
])('news: %s', (_, before, after, expected) => {
  expect(news(sample(before), sample(after))).toBe(expected)
})
