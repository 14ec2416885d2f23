import type { Answer } from './line'

/** "I am here", in milliseconds. */
export const BEAT = 10_000
/** How often a page looks that has nothing to wait for. */
export const REST = 60_000
/** An answer to a long poll that comes at once and says nothing new is not asked for again before this. */
const HURRIED = 5000
const AT_ONCE = 1000
const LONGEST = 30_000

export interface Asked {
  /** One heartbeat. */
  here(signal: AbortSignal): Promise<Answer>
  /** The next state, waited for. */
  next(signal: AbortSignal): Promise<Answer>
  /** The state as it is. */
  look(signal: AbortSignal): Promise<Answer>
  /** What the page knows by now: changes with each new state. */
  revision(): string
  /** Nothing is to be told or awaited: over, cancelled. */
  isResting(): boolean
  heard(answer: Answer): void
}

/**
 * Heartbeats and the long poll of a page that somebody looks at. Whoever owns it starts it when the page becomes visible
 * and stops it when it no longer is: in between nothing is sent.
 */
export class Rhythm {
  #run: AbortController | null = null
  #failures = 0
  /** The backend asked for quiet until then; also a fresh start keeps to it. */
  #quietUntil = 0
  readonly #asked: Asked
  readonly #random: () => number

  constructor(asked: Asked, random: () => number = Math.random) {
    this.#asked = asked
    this.#random = random
  }

  start() {
    if (this.#run) return
    const run = new AbortController()
    this.#run = run
    void this.#beats(run.signal)
  }

  stop() {
    this.#run?.abort()
    this.#run = null
  }

  /** After a sleep or a new network: what was under way may hang for minutes, so all is asked anew, at once. */
  wake() {
    if (!this.#run) return
    this.stop()
    this.#failures = 0
    this.start()
  }

  async #beats(signal: AbortSignal) {
    let listens = false
    while (!signal.aborted) {
      await this.#quiet(signal)
      if (signal.aborted) return
      const resting = this.#asked.isResting()
      const answer = await (resting ? this.#asked.look(signal) : this.#asked.here(signal))
      this.#take(answer, signal)
      // The poll comes after the first heartbeat, whose effect it would otherwise report at once.
      if (!listens) void this.#polls(signal)
      listens = true
      await rest(this.#pause(answer, this.#asked.isResting() ? REST : BEAT), signal)
    }
  }

  async #polls(signal: AbortSignal) {
    while (!signal.aborted) {
      await this.#quiet(signal)
      if (signal.aborted) return
      if (this.#asked.isResting()) {
        await rest(BEAT, signal)
        continue
      }
      const before = this.#asked.revision()
      const began = Date.now()
      const answer = await this.#asked.next(signal)
      this.#take(answer, signal)
      const hurried = Date.now() - began < AT_ONCE && this.#asked.revision() === before
      await rest(this.#pause(answer, hurried ? HURRIED : 0), signal)
    }
  }

  #take(answer: Answer, signal: AbortSignal) {
    if (signal.aborted || answer.kind === 'stopped') return
    if (answer.kind === 'lost') this.#failures += 1
    else this.#failures = 0
    if (answer.kind === 'later') this.#quietUntil = Date.now() + answer.wait
    this.#asked.heard(answer)
    if (answer.kind === 'gone') this.stop()
  }

  /** Grows with each failure, and differs from page to page: a thousand of them must not come back in one second. */
  #pause(answer: Answer, otherwise: number): number {
    if (answer.kind === 'refused') return BEAT
    if (answer.kind !== 'lost') return otherwise
    const backoff = Math.min(LONGEST, 1000 * 2 ** Math.min(this.#failures, 5))
    return backoff * (0.75 + this.#random() / 2)
  }

  async #quiet(signal: AbortSignal) {
    const wait = this.#quietUntil - Date.now()
    if (wait > 0) await rest(wait + this.#random() * 1000, signal)
  }
}

/** Waits, or until it is called off. */
function rest(wait: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || wait <= 0) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, wait)
    signal.addEventListener('abort', done)
  })
}
