import { expect, test } from 'vitest'
import { knownZone, left, offset, sameClock, untilNextSecond, when, zoneName } from './clock'

const at = (text: string) => Date.parse(text)

test('a phone whose clock is hours off still counts by the backend’s', () => {
  const here = at('2026-11-23T08:00:00Z')
  const ahead = offset(null, '2026-11-23T11:00:00Z', here)
  expect(left('2026-11-23T11:04:12Z', here + ahead)).toEqual({ kind: 'digits', digits: '04:12' })
})

test('of answers that took different times on their way the quickest is believed', () => {
  const quick = offset(null, '2026-11-23T11:00:00Z', at('2026-11-23T11:00:00.100Z'))
  expect(offset(quick, '2026-11-23T11:00:10Z', at('2026-11-23T11:00:13Z'))).toBe(quick)
  expect(offset(quick, '2026-11-23T11:00:20Z', at('2026-11-23T11:00:20.040Z'))).toBe(-40)
})

test('a clock that was set meanwhile is followed with the next answer', () => {
  expect(offset(0, '2026-11-23T11:00:00Z', at('2026-11-23T13:00:00Z'))).toBe(-2 * 3600_000)
})

test.each([
  ['2026-11-23T11:00:00Z', { kind: 'digits', digits: '00:00' }],
  ['2026-11-23T10:00:00Z', { kind: 'digits', digits: '00:00' }],
  ['2026-11-23T11:00:00.400Z', { kind: 'digits', digits: '00:01' }],
  ['2026-11-23T12:00:00Z', { kind: 'digits', digits: '60:00' }],
  ['2026-11-23T12:00:01Z', { kind: 'hours', hours: 1, minutes: 1 }],
  ['2026-11-23T14:20:00Z', { kind: 'hours', hours: 3, minutes: 20 }],
  ['2026-11-25T10:59:00Z', { kind: 'hours', hours: 47, minutes: 59 }],
  ['2026-11-26T13:00:00Z', { kind: 'days', days: 3 }],
])('until %s is left %o', (until, expected) => {
  expect(left(until, at('2026-11-23T11:00:00Z'))).toEqual(expected)
})

test('the seconds turn with the backend’s, also before 1970', () => {
  expect(untilNextSecond(1_250)).toBe(750)
  expect(untilNextSecond(-250)).toBe(250)
})

test('today and tomorrow are those of the reader’s zone', () => {
  const now = at('2026-11-23T20:30:00Z')
  const start = '2026-11-23T21:30:00Z'
  expect(when(start, now, { locale: 'en', zone: 'Europe/London' })).toMatchObject({
    near: 'today',
    time: '21:30',
  })
  expect(when(start, now, { locale: 'en', zone: 'Europe/Moscow' })).toMatchObject({
    near: 'tomorrow',
    time: '00:30',
  })
  expect(when('2026-11-28T09:00:00Z', now, { locale: 'ru', zone: 'Europe/Moscow' })).toEqual({
    near: null,
    day: 'суббота, 28 ноября',
    time: '12:00',
  })
})

test('zones that show the same clock at that hour are the same to people', () => {
  expect(sameClock('2026-11-23T11:00:00Z', 'Europe/Moscow', 'Europe/Istanbul')).toBe(true)
  expect(sameClock('2026-11-23T11:00:00Z', 'Europe/Moscow', 'Asia/Yekaterinburg')).toBe(false)
  expect(sameClock('2026-07-23T11:00:00Z', 'Europe/London', 'Africa/Casablanca')).toBe(true)
})

test('a zone has a name for people, and one that the browser does not know is not asked about', () => {
  expect(zoneName('2026-11-23T11:00:00Z', { locale: 'ru', zone: 'Europe/Moscow' })).toBe('Москва')
  expect(zoneName('2026-11-23T11:00:00Z', { locale: 'en', zone: 'Europe/Moscow' })).toBe('Moscow time')
  expect(knownZone('Mars/Olympus', 'Europe/Moscow')).toBe('Europe/Moscow')
})
