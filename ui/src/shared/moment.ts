import type { ConsultationView } from '$generated/ConsultationView'
import { minutesBetween, minutesUntil } from './time'
import { key, type Facts } from './words/words.svelte'

/** How loud a consultation is on the screen. */
export type Tone = 'calm' | 'waiting' | 'live' | 'quiet'

/** What is true about a consultation right now, ready to be phrased. */
export interface Moment {
  tone: Tone
  key: string
  facts: Facts
}

/** The client is somewhere the specialist can meet them. */
export function isHere({ presence }: ConsultationView): boolean {
  return presence.place === 'on_page' || presence.place === 'lobby' || presence.place === 'room'
}

/** The client is there and the specialist is not, or has to open the door. */
export function isWaiting(consultation: ConsultationView): boolean {
  const { place, specialist_inside } = consultation.presence
  return isHere(consultation) && !(specialist_inside && place === 'room')
}

/** Behind us or called off. A client who is there all the same is not: whatever was decided, somebody waits. */
export function isOver(consultation: ConsultationView): boolean {
  const { status, presence } = consultation
  if (isHere(consultation) || presence.place === 'line_lost') return false
  return status === 'finished' || status === 'cancelled' || status === 'no_show'
}

export function moment(consultation: ConsultationView, now: number): Moment {
  if (isOver(consultation)) return over(consultation)
  const { presence } = consultation
  const minutes = presence.since ? minutesBetween(presence.since, now) : 0
  if (isWaiting(consultation)) {
    return consultation.status === 'cancelled'
      ? { tone: 'waiting', key: key('moment-waits-cancelled'), facts: {} }
      : {
          tone: 'waiting',
          key: presence.place === 'on_page' ? key('moment-waits-page') : key('moment-waits'),
          facts: { minutes },
        }
  }
  switch (presence.place) {
    case 'room':
      return together(consultation, now)
    case 'line_lost':
      return { tone: 'waiting', key: key('moment-line-lost'), facts: { minutes } }
    case 'left':
      return { tone: 'calm', key: key('moment-left'), facts: { minutes } }
  }
  if (presence.specialist_inside) return { tone: 'live', key: key('moment-alone'), facts: {} }
  return byTime(consultation, now)
}

function over({ status, together_seconds }: ConsultationView): Moment {
  if (status === 'cancelled') return { tone: 'quiet', key: key('moment-cancelled'), facts: {} }
  if (status === 'no_show') return { tone: 'quiet', key: key('moment-no-show'), facts: {} }
  const minutes = Math.round(together_seconds / 60)
  return { tone: 'quiet', key: key('moment-finished'), facts: { minutes } }
}

function together(consultation: ConsultationView, now: number): Moment {
  const left = minutesUntil(consultation.ends_at, now)
  return left > 0
    ? { tone: 'live', key: key('moment-together'), facts: { minutes: left } }
    : {
        tone: 'live',
        key: key('moment-overtime'),
        facts: { minutes: minutesBetween(consultation.ends_at, now) },
      }
}

function byTime({ starts_at, ends_at }: ConsultationView, now: number): Moment {
  const until = minutesUntil(starts_at, now)
  if (until >= 24 * 60)
    return { tone: 'calm', key: key('moment-in-days'), facts: { days: Math.floor(until / 1440) } }
  if (until >= 60) {
    return {
      tone: 'calm',
      key: key('moment-in-hours'),
      facts: { hours: Math.floor(until / 60), minutes: until % 60 },
    }
  }
  if (until > 0) return { tone: 'calm', key: key('moment-in'), facts: { minutes: until } }
  if (minutesUntil(ends_at, now) <= 0) return { tone: 'quiet', key: key('moment-past'), facts: {} }
  return { tone: 'calm', key: key('moment-started'), facts: { minutes: minutesBetween(starts_at, now) } }
}

/** Part of the planned time that has passed, 0 to 1, for the thin bar of a running session. */
export function progress({ starts_at, ends_at }: ConsultationView, now: number): number {
  const from = Date.parse(starts_at)
  const to = Date.parse(ends_at)
  return to > from ? Math.min(1, Math.max(0, (now - from) / (to - from))) : 0
}
