import type { PageState } from '$generated/PageState'
import { MINUTE } from '$shared/time'

/** What stands between this page and the backend. */
export type Line = 'fine' | 'lost' | 'busy'

/** What the page is about at the moment: one heading, one thing to do. */
export type Scene = 'early' | 'soon' | 'due' | 'late' | 'cannot' | 'open' | 'over' | 'cancelled'

/** From here on the countdown has digits, and being late is something to talk about. */
const SOON = 60 * MINUTE

export function scene(state: PageState, now: number): Scene {
  if (state.phase === 'over' || state.phase === 'cancelled') return state.phase
  if (state.specialist?.answer === 'cannot') return 'cannot'
  if (doorTo(state)) return 'open'
  if (state.specialist?.answer === 'late') return 'late'
  const left = Date.parse(state.starts_at) - now
  if (left <= 0) return 'due'
  return left <= SOON ? 'soon' : 'early'
}

/** The word for what the specialist said of when they come: whoever comes by the planned time is not late. */
export function lateLead({ specialist, starts_at }: PageState): 'with-lead-late' | 'with-lead-by-then' {
  const until = specialist?.until ? Date.parse(specialist.until) : NaN
  return until <= Date.parse(starts_at) ? 'with-lead-by-then' : 'with-lead-late'
}

/** The room's link while the door is open; anything but a web address is none. */
export function doorTo({ phase, room }: PageState): string | null {
  return phase === 'open' && room && /^https?:\/\//i.test(room) ? room : null
}

/** What is true about the specialist's knowing. The word for each is `with-told-…`. */
export type Told = 'yes' | 'coming' | 'later' | 'kept' | 'no' | 'offline'

export function told(state: PageState, line: Line): Told {
  if (line !== 'fine') return 'offline'
  if (state.specialist?.answer === 'coming') return 'coming'
  if (state.waiting_since) return state.specialist_told ? 'yes' : 'kept'
  return state.specialist_told ? 'later' : 'no'
}

/** Nothing more comes of this consultation, unless it is called back to life. */
export function isResting(state: PageState): boolean {
  return state.phase === 'over' || state.phase === 'cancelled'
}

/** An answer that was overtaken by a newer one changes nothing; a clock that was set back a lot is believed. */
const OVERTAKEN = MINUTE

export function isOvertaken(answer: PageState, kept: PageState): boolean {
  const behind = Date.parse(kept.now) - Date.parse(answer.now)
  return behind > 0 && behind < OVERTAKEN
}

/** What a screen reader is told, politely, when the page changes by itself. */
export type News = 'open' | 'told' | 'late' | 'coming' | 'over' | 'cancelled' | 'cannot'

export function news(before: PageState, after: PageState): News | null {
  if (before.phase !== after.phase && (after.phase === 'over' || after.phase === 'cancelled'))
    return after.phase
  if (doorTo(after) && !doorTo(before)) return 'open'
  const said = after.specialist
  if (said && (said.answer !== before.specialist?.answer || said.until !== before.specialist?.until)) {
    if (said.answer === 'late' || said.answer === 'coming' || said.answer === 'cannot') return said.answer
  }
  return told(after, 'fine') === 'yes' && told(before, 'fine') !== 'yes' ? 'told' : null
}
