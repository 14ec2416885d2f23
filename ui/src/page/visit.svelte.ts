import type { PageState } from '$generated/PageState'
import type { PageVisit } from '$generated/PageVisit'
import { offset, untilNextSecond } from './clock'
import type { Answer, BackendLine } from './line'
import { Rhythm } from './rhythm'
import { doorTo, isOvertaken, isResting, news, scene, told, type Line, type News } from './scene'

/** One failure is an ordinary hiccup of a phone's network; two are worth a word. */
const WORTH_A_WORD = 2
/** A page still looked at so long after its visitor went in has not been left: the room opened elsewhere, or not at all. */
const STILL_HERE = 15_000
/** A second that took so long was a sleep. */
const SLEPT = 5000

/** One opened page: what it knows, and what its visitor does. */
export class Visit {
  state: PageState = $state.raw() as PageState
  line = $state<Line>('fine')
  gone = $state(false)
  /** The visitor has been in the room from this page. */
  entered = $state(false)
  /** On the way there now. */
  entering = $state(false)
  /** By the backend's clock, in milliseconds. */
  now = $state(0)
  /** What changed last, for those who hear the page; a new object each time, so that the same may be told twice. */
  news = $state.raw<{ what: News | 'back' } | null>(null)

  readonly scene = $derived(scene(this.state, this.now))
  readonly door = $derived(doorTo(this.state))
  readonly told = $derived(told(this.state, this.line))

  #visit = drawVisit()
  #offset: number | null = null
  #failures = 0
  #awake = false
  #ticking: ReturnType<typeof setTimeout> | undefined
  #lastTick = 0
  /** When a page that its visitor left for the room, and that is still looked at, counts as one again. */
  #stillHere: ReturnType<typeof setTimeout> | undefined
  readonly #line: BackendLine
  readonly #rhythm: Rhythm

  constructor(line: BackendLine, state: PageState, entered = false) {
    this.#line = line
    this.entered = entered
    this.#know(state)
    this.#rhythm = new Rhythm({
      here: (signal) => line.say('here', { visit: this.#visit }, signal),
      next: (signal) => line.state(signal, this.state.revision),
      look: (signal) => line.state(signal),
      revision: () => this.state.revision,
      isResting: () => isResting(this.state),
      heard: (answer) => this.#heard(answer),
    })
  }

  /** Somebody looks at the page. */
  appear() {
    clearTimeout(this.#stillHere)
    this.entering = false
    if (this.gone || this.#awake) return
    this.#awake = true
    this.#lastTick = Date.now()
    this.#tick()
    this.#rhythm.start()
  }

  /** Nobody looks any more; the backend notices by the silence. */
  vanish() {
    this.#awake = false
    clearTimeout(this.#ticking)
    this.#rhythm.stop()
  }

  /** The page is being closed, or left for another. Who went into the room has said so already. */
  leave() {
    if (!this.entering && !this.gone) this.#line.sayGoodbye({ visit: this.#visit })
    this.vanish()
    // Should it be looked at again, that is another visit: this one's goodbye may arrive late.
    this.#visit = drawVisit()
  }

  /** There may be a line again. */
  wake() {
    if (this.#awake) this.#rhythm.wake()
  }

  enter() {
    this.#line.sayGoodbye({ visit: this.#visit, into_room: true })
    this.vanish()
    this.entered = true
    this.entering = true
    this.#visit = drawVisit()
    clearTimeout(this.#stillHere)
    this.#stillHere = setTimeout(() => {
      if (this.entering && document.visibilityState === 'visible') this.appear()
    }, STILL_HERE)
  }

  /** Resolves to whether it was passed on. */
  late(minutes: number): Promise<boolean> {
    return this.#tell('late', { minutes })
  }

  answer(answer: 'fine' | 'cannot_wait'): Promise<boolean> {
    return this.#tell('answer', { answer })
  }

  /** One request of the page's own, timed: milliseconds, or `null` without an answer. */
  async timed(): Promise<number | null> {
    const began = performance.now()
    const answer = await this.#line.state(new AbortController().signal)
    return answer.kind === 'lost' || answer.kind === 'stopped' ? null : performance.now() - began
  }

  async #tell(deed: 'late' | 'answer', more: Omit<PageVisit, 'visit'>): Promise<boolean> {
    const answer = await this.#line.say(deed, { visit: this.#visit, ...more }, new AbortController().signal)
    if (answer.kind === 'state' || answer.kind === 'gone') this.#heard(answer)
    return answer.kind === 'state'
  }

  #heard(answer: Answer) {
    switch (answer.kind) {
      case 'state':
        this.#failures = 0
        if (this.line === 'lost') this.news = { what: 'back' }
        this.line = 'fine'
        this.#know(answer.state)
        break
      case 'gone':
        this.gone = true
        this.vanish()
        break
      case 'later':
        this.line = 'busy'
        break
      case 'lost':
        this.#failures += 1
        if (this.#failures >= WORTH_A_WORD || !navigator.onLine) this.line = 'lost'
    }
  }

  #know(state: PageState) {
    const before = this.state as PageState | undefined
    if (before && isOvertaken(state, before)) return
    this.#offset = offset(this.#offset, state.now, Date.now())
    this.now = Date.now() + this.#offset
    const what = before && news(before, state)
    this.state = state
    if (what) this.news = { what }
  }

  #tick() {
    const here = Date.now()
    // Sleep, or a clock that was set: no event tells of either while the page stays visible.
    if (Math.abs(here - this.#lastTick) > SLEPT) this.wake()
    this.#lastTick = here
    this.now = here + (this.#offset ?? 0)
    this.#ticking = setTimeout(() => this.#tick(), untilNextSecond(this.now))
  }
}

/** 128 random bits as letters and digits. */
function drawVisit(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
