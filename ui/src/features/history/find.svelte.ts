import { CommandError } from '$bridge'
import type { ConsultationView } from '$generated/ConsultationView'
import type { HistoryState } from '$generated/HistoryState'
import type { MonthCount } from '$generated/MonthCount'
import type { RoomKind } from '$generated/RoomKind'
import type { SearchRequest } from '$generated/SearchRequest'
import type { SearchResult } from '$generated/SearchResult'
import type { Sought } from '$generated/Sought'
import { daysOf, type Period } from './period'

/** Rows are asked for in pieces of so many. */
const PIECE = 50
/** Rows so near to those in sight are asked for as well, so that a scroll finds them there. */
const AHEAD = 25
/** Rows further away than this from what is in sight are forgotten. */
const NEAR = 300

/** What is looked for and what was found; only answers to the latest question count. */
export class Find {
  text = $state('')
  state = $state<HistoryState | null>(null)
  kind = $state<RoomKind | null>(null)
  period = $state<Period>('all')
  /** Days of a period of one's own. */
  from = $state('')
  to = $state('')

  total = $state(0)
  months = $state.raw<MonthCount[]>([])
  /** The rows at hand, by their place in the whole list. */
  rows = $state.raw<ReadonlyMap<number, ConsultationView>>(new Map())
  /** A broadcast was among what was found, now or before. */
  metBroadcast = $state(false)
  /** An answer to the present question is on the screen. */
  answered = $state(false)
  failure = $state.raw<CommandError | null>(null)

  #ask: (request: SearchRequest) => Promise<SearchResult>
  #today: () => string
  #question = 0
  #asking = false
  /** Something changed since the question that is being answered was asked. */
  #changed = false
  #filling = false
  #first = 0
  #last = PIECE - 1

  constructor(ask: (request: SearchRequest) => Promise<SearchResult>, today: () => string) {
    this.#ask = ask
    this.#today = today
  }

  // No `$derived`: it would end with the screen that first made this, which is kept for the next.
  get narrowed(): boolean {
    return this.state !== null || this.kind !== null || this.period !== 'all'
  }

  get sought(): Sought {
    const { from, to } = daysOf(this.period, this.#today(), this)
    return { text: this.text.trim(), state: this.state, kind: this.kind, from, to }
  }

  widen() {
    this.state = null
    this.kind = null
    this.period = 'all'
  }

  /** Asks anew, from the top. */
  ask(): Promise<void> {
    this.#first = 0
    this.#last = PIECE - 1
    return this.#anew()
  }

  /** The same question again, after something changed. One that is being answered is answered first: changes may be quicker than answers. */
  again(): Promise<void> {
    if (!this.#asking) return this.#anew()
    this.#changed = true
    return Promise.resolve()
  }

  /** These rows are in sight. */
  need(first: number, last: number) {
    this.#first = Math.max(0, first - AHEAD)
    this.#last = last + AHEAD
    void this.#fill()
  }

  /** Nothing found is to be seen any more, since it has names in it, nor what was looked for, which may be one. */
  forget() {
    this.#question++
    this.#asking = false
    this.text = ''
    this.rows = new Map()
  }

  async #anew() {
    const question = ++this.#question
    this.#asking = true
    this.#changed = false
    const [offset, limit] = pieces(this.#first, this.#last)
    try {
      const found = await this.#ask({ sought: this.sought, offset, limit })
      if (question !== this.#question) return
      this.#meet(found.items)
      this.rows = placed(found.items, offset)
      this.total = found.total
      this.months = found.months
      this.failure = null
    } catch (thrown) {
      if (question !== this.#question) return
      this.failure = CommandError.from(thrown)
    }
    this.#asking = false
    this.answered = true
    if (this.#changed) void this.#anew()
    else void this.#fill()
  }

  /** Asks for what is in sight and not at hand: one piece at a time, each for what is in sight by then. */
  async #fill() {
    if (this.#filling || this.#asking) return
    this.#filling = true
    const question = this.#question
    try {
      for (let gap = this.#gap(); gap; gap = this.#gap()) {
        const [offset, limit] = pieces(...gap)
        const found = await this.#ask({ sought: this.sought, offset, limit })
        if (question !== this.#question) break
        if (found.total !== this.total || found.items.length === 0) {
          // The list has changed under us; it will be told of, but the answer is here already.
          void this.#anew()
          break
        }
        this.#meet(found.items)
        const near = [...this.rows].filter(
          ([index]) => index >= this.#first - NEAR && index <= this.#last + NEAR,
        )
        this.rows = new Map([...near, ...placed(found.items, offset)])
      }
    } catch (thrown) {
      if (question === this.#question) this.failure = CommandError.from(thrown)
    } finally {
      this.#filling = false
    }
    if (question !== this.#question) void this.#fill()
  }

  #meet(items: ConsultationView[]) {
    if (items.some(({ made }) => made?.broadcast)) this.metBroadcast = true
  }

  #gap(): [first: number, last: number] | null {
    const end = Math.min(this.#last, this.total - 1)
    let [first, last] = [Infinity, -1]
    for (let index = this.#first; index <= end; index++) {
      if (this.rows.has(index)) continue
      first = Math.min(first, index)
      last = index
    }
    return last < 0 ? null : [first, last]
  }
}

/** The whole pieces that hold these rows, as offset and limit. */
function pieces(first: number, last: number): [number, number] {
  const offset = Math.floor(first / PIECE) * PIECE
  return [offset, Math.ceil((last + 1 - offset) / PIECE) * PIECE]
}

function placed(items: ConsultationView[], offset: number): Map<number, ConsultationView> {
  return new Map(items.map((item, index) => [offset + index, item]))
}
