import { expect, test } from 'vitest'
import { SAMPLE_NOW, samples } from '$bridge/sample'
import type { ConsultationView } from '$generated/ConsultationView'
import type { Presence } from '$generated/Presence'
import { isWaiting, moment, progress } from './moment'

const at = (minutes: number) => new Date(SAMPLE_NOW + minutes * 60_000).toISOString()

/** A planned consultation from 14:00 to 14:50, seen some minutes after 14:00. */
function check(presence: Partial<Presence>, minute: number, more: Partial<ConsultationView> = {}) {
  const base = samples.next().hero as ConsultationView
  const consultation: ConsultationView = {
    ...base,
    starts_at: at(0),
    ends_at: at(50),
    presence: { ...base.presence, ...presence },
    ...more,
  }
  const { tone, key, facts } = moment(consultation, SAMPLE_NOW + minute * 60_000)
  return [tone, key, facts]
}

test('before and after the start, with nobody there', () => {
  expect(check({}, -24)).toEqual(['calm', 'moment-in', { minutes: 24 }])
  expect(check({}, -130)).toEqual(['calm', 'moment-in-hours', { hours: 2, minutes: 10 }])
  expect(check({}, -3000)).toEqual(['calm', 'moment-in-days', { days: 2 }])
  expect(check({}, 0)).toEqual(['calm', 'moment-started', { minutes: 0 }])
  expect(check({}, 3)).toEqual(['calm', 'moment-started', { minutes: 3 }])
  expect(check({}, 50)).toEqual(['quiet', 'moment-past', {}])
})

test('a client waits on the page, in the lobby and in the room', () => {
  for (const place of ['lobby', 'room'] as const) {
    expect(check({ place, since: at(-2) }, 0)).toEqual(['waiting', 'moment-waits', { minutes: 2 }])
  }
  expect(check({ place: 'on_page', since: at(-3) }, 0)).toEqual([
    'waiting',
    'moment-waits-page',
    { minutes: 3 },
  ])
})

test('a client in the lobby still waits when the specialist is inside', () => {
  expect(check({ place: 'lobby', since: at(5), specialist_inside: true }, 6)[0]).toBe('waiting')
})

test('an opened link is not a waiting client', () => {
  expect(check({ place: 'opened_link', since: at(-5) }, -4)).toEqual(['calm', 'moment-in', { minutes: 4 }])
})

test('together, the time left is shown, then the time over', () => {
  const inside = { place: 'room', since: at(1), specialist_inside: true } as const
  expect(check(inside, 12)).toEqual(['live', 'moment-together', { minutes: 38 }])
  expect(check(inside, 57)).toEqual(['live', 'moment-overtime', { minutes: 7 }])
})

test('a lost line and a departure keep their time', () => {
  expect(check({ place: 'line_lost', since: at(10) }, 11)).toEqual([
    'waiting',
    'moment-line-lost',
    { minutes: 1 },
  ])
  expect(check({ place: 'left', since: at(10) }, 14)).toEqual(['calm', 'moment-left', { minutes: 4 }])
})

test('alone in the room', () => {
  expect(check({ specialist_inside: true }, 2)).toEqual(['live', 'moment-alone', {}])
})

test('a client who is there comes before what was decided', () => {
  for (const place of ['on_page', 'lobby', 'room'] as const) {
    const there = { place, since: at(0) }
    expect(check(there, 5, { status: 'cancelled' })).toEqual(['waiting', 'moment-waits-cancelled', {}])
    expect(check(there, 5, { status: 'no_show' })[0]).toBe('waiting')
  }
  const lost = { place: 'line_lost', since: at(4) } as const
  expect(check(lost, 5, { status: 'cancelled' })[1]).toBe('moment-line-lost')
  const together = { place: 'room', since: at(0), specialist_inside: true } as const
  expect(check(together, 5, { status: 'cancelled' })[1]).toBe('moment-together')
})

test('what is over is quiet', () => {
  const gone = { place: 'left', since: at(0) } as const
  expect(check(gone, 5, { status: 'cancelled' })).toEqual(['quiet', 'moment-cancelled', {}])
  expect(check({}, 90, { status: 'no_show' })).toEqual(['quiet', 'moment-no-show', {}])
  expect(check({}, 90, { status: 'finished', together_seconds: 3120 })).toEqual([
    'quiet',
    'moment-finished',
    { minutes: 52 },
  ])
})

test('waiting ends when both are in the room', () => {
  const session = samples.session().hero as ConsultationView
  expect(isWaiting(session)).toBe(false)
  expect(isWaiting({ ...session, presence: { ...session.presence, specialist_inside: false } })).toBe(true)
})

test('the bar of a session never leaves its track', () => {
  const session = samples.session().hero as ConsultationView
  expect(progress(session, SAMPLE_NOW)).toBeCloseTo(12 / 50)
  expect(progress(session, SAMPLE_NOW - 86_400_000)).toBe(0)
  expect(progress(session, SAMPLE_NOW + 86_400_000)).toBe(1)
})
