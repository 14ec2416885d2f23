/** Times as a person reads them, in the window's language and zone. Pure: zone and language are passed in. */

export interface Place {
  /** BCP 47: `ru`, `en`. */
  locale: string
  /** IANA: `Europe/Moscow`. */
  zone: string
}

export const MINUTE = 60_000

/** Building an Intl formatter is slow and lists ask for the same few over and over. */
const formatters = new Map<string, Intl.DateTimeFormat>()
function format(place: Place, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = place.locale + place.zone + JSON.stringify(options)
  let made = formatters.get(key)
  if (!made) {
    made = new Intl.DateTimeFormat(tag(place.locale), { ...options, timeZone: place.zone })
    formatters.set(key, made)
  }
  return made
}

/** English here means 24 hours and the day before the month, as the room names have it. */
function tag(locale: string): string {
  return locale === 'en' ? 'en-GB' : locale
}

export function systemZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** `15:30` */
export function clock(at: string | number, place: Place): string {
  return format(place, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at))
}

/** `15:30–16:20` */
export function span(from: string, to: string, place: Place): string {
  return `${clock(from, place)}–${clock(to, place)}`
}

/** `2026-12-23`, the calendar day there. */
export function dayOf(at: string | number, place: Place): string {
  const parts = format({ ...place, locale: 'en' }, { year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(new Date(at))
    .reduce<Record<string, string>>((all, { type, value }) => ({ ...all, [type]: value }), {})
  return `${parts.year}-${parts.month}-${parts.day}`
}

/** Noon of a calendar day in UTC, so that no zone's clock change moves it to another day. */
function noon(day: string): Date {
  return new Date(`${day}T12:00:00Z`)
}

/** `24 ноября`, with the year when it is not this one. */
export function dayAndMonth(day: string, place: Place, today: string): string {
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long' }
  if (day.slice(0, 4) !== today.slice(0, 4)) options.year = 'numeric'
  return format({ ...place, zone: 'UTC' }, options).format(noon(day))
}

/** `понедельник, 23 ноября` */
export function longDay(day: string, place: Place, today: string): string {
  const week = format({ ...place, zone: 'UTC' }, { weekday: 'long' }).format(noon(day))
  return `${week}, ${dayAndMonth(day, place, today)}`
}

/** `15:30` of today, else `24 ноября, 15:30`. */
export function dateAndTime(at: string, now: number, place: Place): string {
  const [day, today] = [dayOf(at, place), dayOf(now, place)]
  const time = clock(at, place)
  return day === today ? time : `${dayAndMonth(day, place, today)}, ${time}`
}

/** `пн, 23 ноября`, `Mon, 23 Nov`: for a field, where Russian short months would only add a full stop. */
export function shortDay(day: string, place: Place, today: string): string {
  const utc = { ...place, zone: 'UTC' }
  const week = format(utc, { weekday: 'short' }).format(noon(day))
  if (place.locale === 'ru') return `${week}, ${dayAndMonth(day, place, today)}`
  const year = day.slice(0, 4) === today.slice(0, 4) ? '' : ` ${day.slice(0, 4)}`
  return `${week}, ${format(utc, { day: 'numeric', month: 'short' }).format(noon(day))}${year}`
}

/** `пн, 23`, where the month is said already. */
export function weekdayAndDay(day: string, place: Place): string {
  const utc = { ...place, zone: 'UTC' }
  return `${format(utc, { weekday: 'short' }).format(noon(day))}, ${Number(day.slice(8))}`
}

/** `ноябрь 2026`, of a month as `2026-11`. */
export function monthAndYear(month: string, place: Place): string {
  const utc = { ...place, zone: 'UTC' }
  // Russian would add "г." after the year.
  return `${format(utc, { month: 'long' }).format(noon(`${month}-01`))} ${month.slice(0, 4)}`
}

export function addDays(day: string, days: number): string {
  const moved = noon(day)
  moved.setUTCDate(moved.getUTCDate() + days)
  return moved.toISOString().slice(0, 10)
}

/** Whole minutes from one moment to another, never negative. */
export function minutesBetween(from: string | number, to: string | number): number {
  return Math.max(0, Math.floor((new Date(to).getTime() - new Date(from).getTime()) / MINUTE))
}

/** `5 минут назад`, `3 hours ago`, `вчера`: as exact as anybody wants to know it, a minute at least. */
export function ago(at: string | number, now: number, place: Place): string {
  const minutes = Math.max(1, minutesBetween(at, now))
  const words = new Intl.RelativeTimeFormat(tag(place.locale), { numeric: 'auto' })
  if (minutes < 60) return words.format(-minutes, 'minute')
  const days = Math.round(
    (noon(dayOf(at, place)).getTime() - noon(dayOf(now, place)).getTime()) / (1440 * MINUTE),
  )
  return minutes < 12 * 60 || days === 0
    ? words.format(-Math.floor(minutes / 60), 'hour')
    : words.format(days, 'day')
}

/** `9:41` until a moment, and `0:00` from then on. */
export function countdown(to: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(to) - now) / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Minutes until a moment, rounded up: at 14:00:30 a 14:01 start is "in 1 minute". */
export function minutesUntil(to: string | number, now: number): number {
  return Math.ceil((new Date(to).getTime() - now) / MINUTE)
}

/** The next full or half hour after now, at least two minutes away: `{ day, time }`. */
export function nextHalfHour(now: number, place: Place): { day: string; time: string } {
  const half = 30 * MINUTE
  const at = Math.ceil((now + 2 * MINUTE) / half) * half
  return { day: dayOf(at, place), time: clock(at, place) }
}

/** `15:30` plus 50 minutes is `16:20`; over midnight it begins again. */
export function addMinutes(time: string, minutes: number): string {
  const [hours = 0, mins = 0] = time.split(':').map(Number)
  const total = (((hours * 60 + mins + minutes) % 1440) + 1440) % 1440
  return `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`
}

/** Reads what people type for a time: `15:30`, `15.30`, `1530`, `9`, `9 05`. */
export function readTime(typed: string): string | null {
  const text = typed.trim()
  const match = /^(\d{1,2})(?:[\s:.,-]?(\d{2}))?$/.exec(text)
  if (!match) return null
  const hours = Number(match[1])
  const minutes = Number(match[2] ?? 0)
  if (hours > 23 || minutes > 59) return null
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}

/**
 * Reads what people type for a day: `23`, `23.12`, `23.12.26`, `23/12/2026`, `2026-12-23`.
 * What is left out is filled so that the day lies ahead, or else with this year and month.
 */
export function readDay(typed: string, today: string, behind = false): string | null {
  const text = typed.trim()
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (iso) return realDay(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const match = /^(\d{1,2})(?:[.,/\s-](\d{1,2})(?:[.,/\s-](\d{2}|\d{4}))?)?\.?$/.exec(text)
  if (!match) return null
  const day = Number(match[1])
  const thisYear = Number(today.slice(0, 4))
  const thisMonth = Number(today.slice(5, 7))
  if (match[3]) return realDay((Number(match[3]) % 2000) + 2000, Number(match[2]), day)
  if (behind) return realDay(thisYear, Number(match[2] ?? thisMonth), day)
  if (match[2]) {
    const guess = realDay(thisYear, Number(match[2]), day)
    return guess && guess < today ? realDay(thisYear + 1, Number(match[2]), day) : guess
  }
  const guess = realDay(thisYear, thisMonth, day)
  if (guess && guess >= today) return guess
  return thisMonth === 12 ? realDay(thisYear + 1, 1, day) : realDay(thisYear, thisMonth + 1, day)
}

function realDay(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day, 12))
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real ? date.toISOString().slice(0, 10) : null
}
