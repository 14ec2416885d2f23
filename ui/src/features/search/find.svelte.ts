import { CommandError } from '$bridge'
import type { ConsultationView } from '$generated/ConsultationView'
import type { SearchRequest } from '$generated/SearchRequest'
import type { SearchResult } from '$generated/SearchResult'

const PAGE = 30
/** A pause in typing, in milliseconds. */
const PAUSE = 150

/** What is looked for and what was found; only the answer to the latest question counts. */
export class Find {
  text = $state('')
  items = $state.raw<ConsultationView[]>([])
  total = $state(0)
  /** An answer to the present text is on the screen. */
  answered = $state(false)
  failure = $state.raw<CommandError | null>(null)
  #ask: (request: SearchRequest) => Promise<SearchResult>
  #timer: ReturnType<typeof setTimeout> | undefined
  #question = 0
  /** How many results the person asked to see. */
  #wanted = PAGE

  constructor(ask: (request: SearchRequest) => Promise<SearchResult>) {
    this.#ask = ask
  }

  type(text: string) {
    this.text = text
    clearTimeout(this.#timer)
    this.#wanted = PAGE
    if (text.trim()) this.#timer = setTimeout(() => void this.#run(), PAUSE)
    else this.#clear()
  }

  /** Asks from the start, so that a list that changed meanwhile has no gap and nothing twice. */
  more(): Promise<void> {
    this.#wanted += PAGE
    return this.#run()
  }

  /** The same question again, after something changed. */
  again() {
    if (this.answered) void this.#run()
  }

  stop() {
    clearTimeout(this.#timer)
    this.#question++
  }

  #clear() {
    this.#question++
    this.items = []
    this.total = 0
    this.answered = false
    this.failure = null
  }

  async #run() {
    const question = ++this.#question
    try {
      const found = await this.#ask({ text: this.text.trim(), offset: 0, limit: this.#wanted })
      if (question !== this.#question) return
      this.items = found.items
      this.total = found.total
      this.failure = null
    } catch (thrown) {
      if (question !== this.#question) return
      this.failure = CommandError.from(thrown)
    }
    this.answered = true
  }
}
