import type { PageState } from '$generated/PageState'
import type { PageVisit } from '$generated/PageVisit'

/** What came of asking the backend. */
export type Answer =
  | { kind: 'state'; state: PageState }
  /** No such page, or no longer. */
  | { kind: 'gone' }
  /** Asked to come later, in milliseconds. */
  | { kind: 'later'; wait: number }
  /** It was understood and refused: asking again would not help. */
  | { kind: 'refused' }
  /** No line, or nobody at its end. */
  | { kind: 'lost' }
  /** This page has called it off itself. */
  | { kind: 'stopped' }

export type Deed = 'here' | 'late' | 'leave' | 'answer'

/** A long poll waits this long at the backend, in seconds. */
const WAIT = 25
/** What a phone's network may take, in milliseconds. */
const PATIENCE = 12_000
const LATER_AT_LEAST = 1000
const LATER_AT_MOST = 120_000

/** The page's way to the backend. `page` is the page's own address: its routes lie under it, whatever base path stands before. */
export class BackendLine {
  readonly #root: string

  constructor(page: string) {
    const url = new URL(page)
    this.#root = url.origin + url.pathname.replace(/\/+$/, '')
  }

  /** The state as it is, or with `after` the next one. */
  state(signal: AbortSignal, after?: string): Promise<Answer> {
    const asked = after === undefined ? '' : `?after=${encodeURIComponent(after)}&wait=${WAIT}`
    return this.#ask(`/state${asked}`, { cache: 'no-store' }, signal, after === undefined ? 0 : WAIT * 1000)
  }

  say(deed: Deed, visit: PageVisit, signal: AbortSignal): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json' }
    return this.#ask(`/${deed}`, { method: 'POST', headers, body: JSON.stringify(visit) }, signal, 0)
  }

  /** Said while the page is going away, when nobody waits for an answer any more. */
  sayGoodbye(visit: PageVisit) {
    try {
      navigator.sendBeacon(`${this.#root}/leave`, JSON.stringify(visit))
    } catch {
      // The backend notices by itself when the heartbeats stop.
    }
  }

  async #ask(path: string, how: RequestInit, signal: AbortSignal, more: number): Promise<Answer> {
    if (signal.aborted) return { kind: 'stopped' }
    // By hand: `AbortSignal.any` and `timeout` are younger than many a phone.
    const limit = new AbortController()
    const stop = () => limit.abort()
    const timer = setTimeout(stop, PATIENCE + more)
    signal.addEventListener('abort', stop)
    try {
      const reply = await fetch(this.#root + path, { ...how, credentials: 'omit', signal: limit.signal })
      return await understood(reply)
    } catch {
      return { kind: signal.aborted ? 'stopped' : 'lost' }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }
}

async function understood(reply: Response): Promise<Answer> {
  if (reply.ok) return { kind: 'state', state: (await reply.json()) as PageState }
  if (reply.status === 404 || reply.status === 410) return { kind: 'gone' }
  if (reply.status === 429 || reply.status === 503)
    return { kind: 'later', wait: asked(reply.headers.get('Retry-After')) }
  return { kind: reply.status < 500 ? 'refused' : 'lost' }
}

/** `Retry-After` in seconds; its other form, a date, would be read by a clock that may be wrong. */
function asked(header: string | null): number {
  const wait = header && /^\d+$/.test(header.trim()) ? Number(header) * 1000 : 5 * LATER_AT_LEAST
  return Math.min(LATER_AT_MOST, Math.max(LATER_AT_LEAST, wait))
}
