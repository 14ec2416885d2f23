import { CommandError } from '$bridge'
import type { ConsultationView } from '$generated/ConsultationView'
import type { SearchRequest } from '$generated/SearchRequest'
import type { SearchResult } from '$generated/SearchResult'

const PAGE = 30

/** What is looked for and what was found, asked anew at every key; only the answer to the latest question counts. */
export class Find {
  text = $state('')
  items = $state.raw<ConsultationView[]>([])
  total = $state(0)
  /** An answer to the present text is on the screen. */
  answered = $state(false)
  failure = $state.raw<CommandError | null>(null)
  #search: (request: SearchRequest) => Promise<SearchResult>
  /** Rises with everything that makes the answer on its way an old one. */
  #question = 0
  /** There is a question that was not put yet. */
  #open = false
  #asking: Promise<void> | null = null
  /** How many results the person asked to see. */
  #wanted = PAGE

  constructor(search: (request: SearchRequest) => Promise<SearchResult>) {
    this.#search = search
  }

  type(text: string) {
    this.text = text
    this.#wanted = PAGE
    if (text.trim()) void this.#ask()
    else this.#clear()
  }

  /** Asks from the start, so that a list that changed meanwhile has no gap and nothing twice. */
  more(): Promise<void> {
    this.#wanted += PAGE
    return this.#ask()
  }

  /** The same question again, after something changed. */
  again() {
    if (this.answered) void this.#ask()
  }

  stop() {
    this.#question++
    this.#open = false
  }

  #clear() {
    this.stop()
    this.items = []
    this.total = 0
    this.answered = false
    this.failure = null
  }

  /** One question at a time: what is typed while an answer is on its way is asked after it, and only the last of it. */
  #ask(): Promise<void> {
    this.#question++
    this.#open = true
    this.#asking ??= this.#put()
    return this.#asking
  }

  async #put() {
    while (this.#open) {
      this.#open = false
      const question = this.#question
      try {
        const found = await this.#search({ text: this.text.trim(), offset: 0, limit: this.#wanted })
        if (question !== this.#question) continue
        this.items = found.items
        this.total = found.total
        this.failure = null
      } catch (thrown) {
        if (question !== this.#question) continue
        this.failure = CommandError.from(thrown)
      }
      this.answered = true
    }
    this.#asking = null
  }
}
