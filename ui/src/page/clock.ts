import { addDays, clock, dayOf, longDay, MINUTE, type Place } from '$shared/time'

const SECOND = 1000

/** Two readings further apart than this are not the network's doing: somebody has set a clock. */
const SET_ANEW = 5 * SECOND

/**
 * How far the backend's clock is ahead of the phone's, in milliseconds.
 * An answer is always older than it says, by its way here; so of readings close together the greatest is the nearest to the truth.
 */
export function offset(before: number | null, said: string, here: number): number {
  const read = Date.parse(said) - here
  return before !== null && Math.abs(read - before) < SET_ANEW ? Math.max(before, read) : read
}

/** Milliseconds until the backend's second turns, so that the countdown goes evenly. */
export function untilNextSecond(now: number): number {
  return SECOND - (((now % SECOND) + SECOND) % SECOND)
}

/** What is left until a moment: whole days, hours and minutes while it is far, or the digits of a countdown. */
export type Left =
  | { kind: 'days'; days: number }
  | { kind: 'hours'; hours: number; minutes: number }
  | { kind: 'digits'; digits: string }

export function left(until: string, now: number): Left {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now) / SECOND))
  const minutes = Math.ceil(seconds / 60)
  if (minutes >= 48 * 60) return { kind: 'days', days: Math.floor(minutes / 1440) }
  if (seconds > 60 * 60) return { kind: 'hours', hours: Math.floor(minutes / 60), minutes: minutes % 60 }
  const two = (number: number) => String(number).padStart(2, '0')
  return { kind: 'digits', digits: `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` }
}

/** When it is, as one person reads it. `day` is absent where it needs a word: today, tomorrow. */
export interface When {
  near: 'today' | 'tomorrow' | null
  day: string
  time: string
}

export function when(at: string, now: number, place: Place): When {
  const today = dayOf(now, place)
  const day = dayOf(at, place)
  const near = day === today ? 'today' : day === addDays(today, 1) ? 'tomorrow' : null
  return { near, day: longDay(day, place, today), time: clock(at, place) }
}

/** Two zones show the same clock at that moment: nobody needs to be told which it is. */
export function sameClock(at: string, one: string, other: string): boolean {
  const reads = (zone: string) => dayOf(at, { locale: 'en', zone }) + clock(at, { locale: 'en', zone })
  return reads(one) === reads(other)
}

/** A zone's name for people, without the half of the year, which nobody asks for: "Moscow time". */
export function zoneName(at: string, { locale, zone }: Place): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'long' }).formatToParts(
    new Date(at),
  )
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? zone
  return name.replace(/,.*$/, '').replace(/ (Standard|Summer|Daylight) Time$/, ' time')
}

/** The zone if this browser knows it, or else the one that it does. */
export function knownZone(zone: string, otherwise: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    return otherwise
  }
}

/** Planned length in whole minutes. */
export function lasts(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / MINUTE))
}
