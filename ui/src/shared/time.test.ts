import { expect, test } from 'vitest'
import {
  addDays,
  addMinutes,
  ago,
  clock,
  countdown,
  dayAndMonth,
  dayOf,
  longDay,
  monthAndYear,
  minutesUntil,
  nextHalfHour,
  readDay,
  readTime,
  shortDay,
  span,
  weekdayAndDay,
} from './time'

const moscow = { locale: 'ru', zone: 'Europe/Moscow' }
const newYork = { locale: 'en', zone: 'America/New_York' }

test('a moment is shown in the zone of the window', () => {
  expect(clock('2026-11-23T11:00:00Z', moscow)).toBe('14:00')
  expect(clock('2026-11-23T11:00:00Z', newYork)).toBe('06:00')
  expect(clock('2026-11-22T21:00:00Z', moscow)).toBe('00:00')
  expect(span('2026-11-23T11:00:00Z', '2026-11-23T11:50:00Z', moscow)).toBe('14:00–14:50')
  expect(dayOf('2026-11-23T21:30:00Z', moscow)).toBe('2026-11-24')
})

test('days are named in the language, with the year only when it is another', () => {
  expect(dayAndMonth('2026-11-24', moscow, '2026-11-23')).toBe('24 ноября')
  expect(dayAndMonth('2027-01-11', newYork, '2026-11-23')).toBe('11 January 2027')
  expect(longDay('2026-11-23', moscow, '2026-11-23')).toBe('понедельник, 23 ноября')
  expect(shortDay('2026-11-23', newYork, '2026-11-23')).toBe('Mon, 23 Nov')
})

test.each([
  ['2026-11-23T10:59:40Z', '1 минуту назад', '1 minute ago'],
  ['2026-11-23T10:55:00Z', '5 минут назад', '5 minutes ago'],
  ['2026-11-23T08:00:00Z', '3 часа назад', '3 hours ago'],
  // Last night in Moscow, but not half a day ago.
  ['2026-11-22T20:30:00Z', 'вчера', 'yesterday'],
  ['2026-11-23T01:30:00Z', '9 часов назад', '9 hours ago'],
  ['2026-11-22T08:00:00Z', 'вчера', 'yesterday'],
  ['2026-11-18T08:00:00Z', '5 дней назад', '5 days ago'],
])('%s was %s', (at, russian, english) => {
  const now = Date.parse('2026-11-23T11:00:00Z')
  expect(ago(at, now, moscow)).toBe(russian)
  expect(ago(at, now, { ...moscow, locale: 'en' })).toBe(english)
})

test('a countdown ends at nought', () => {
  const end = '2026-11-23T11:10:00Z'
  expect(countdown(end, Date.parse('2026-11-23T11:00:18.500Z'))).toBe('9:42')
  expect(countdown(end, Date.parse('2026-11-23T11:09:59Z'))).toBe('0:01')
  expect(countdown(end, Date.parse('2026-11-23T11:30:00Z'))).toBe('0:00')
})

test('days are added over the ends of months and years', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect(addDays('2028-03-01', -1)).toBe('2028-02-29')
})

test('minutes until a start are rounded up', () => {
  const now = Date.parse('2026-11-23T11:00:30Z')
  expect(minutesUntil('2026-11-23T11:01:00Z', now)).toBe(1)
  expect(minutesUntil('2026-11-23T11:00:30Z', now)).toBe(0)
})

test.each([
  ['2026-11-23T11:00:00Z', { day: '2026-11-23', time: '14:30' }],
  ['2026-11-23T11:28:00Z', { day: '2026-11-23', time: '14:30' }],
  ['2026-11-23T11:29:00Z', { day: '2026-11-23', time: '15:00' }],
  ['2026-11-23T20:40:00Z', { day: '2026-11-24', time: '00:00' }],
])('after %s the next half hour leaves time to send the link', (now, next) => {
  expect(nextHalfHour(Date.parse(now), moscow)).toEqual(next)
})

test.each([
  ['15:30', '15:30'],
  ['15.30', '15:30'],
  ['1530', '15:30'],
  ['9', '09:00'],
  ['905', '09:05'],
  [' 9 05 ', '09:05'],
  ['24:00', null],
  ['15:60', null],
  ['soon', null],
  ['', null],
])('the time %j is read as %j', (typed, read) => {
  expect(readTime(typed)).toBe(read)
})

test.each([
  ['23.12', '2026-12-23'],
  ['23/12/26', '2026-12-23'],
  ['23.12.2027', '2027-12-23'],
  ['2026-12-23', '2026-12-23'],
  ['24', '2026-11-24'],
  ['5', '2026-12-05'],
  ['1.2', '2027-02-01'],
  ['31.02', null],
  ['99', null],
  ['tomorrow', null],
])('the day %j is read as %j on 23 November 2026', (typed, read) => {
  expect(readDay(typed, '2026-11-23')).toBe(read)
})

test('an end after midnight begins the next day', () => {
  expect(addMinutes('23:40', 50)).toBe('00:30')
  expect(addMinutes('00:10', -15)).toBe('23:55')
})

test('under the heading of its month a day is short', () => {
  expect([weekdayAndDay('2026-11-03', moscow), monthAndYear('2026-11', moscow)]).toEqual([
    'вт, 3',
    'ноябрь 2026',
  ])
  expect([weekdayAndDay('2026-11-23', newYork), monthAndYear('2026-11', newYork)]).toEqual([
    'Mon, 23',
    'November 2026',
  ])
})

test('a day that may be past is one of this year', () => {
  const today = '2026-11-23'
  expect(readDay('1.10', today)).toBe('2027-10-01')
  expect(['1.10', '5', '24.12.25', '31.2'].map((typed) => readDay(typed, today, true))).toEqual([
    '2026-10-01',
    '2026-11-05',
    '2025-12-24',
    null,
  ])
})
