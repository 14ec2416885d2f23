import { CommandError } from '$bridge'
import type { Thread } from '$generated/Thread'
import type { ThreadItem } from '$generated/ThreadItem'
import { told } from '$shared/words/words.svelte'

/** What is being written to each client, until it is sent: a look at another screen costs nothing. */
const unsent = new Map<string, string>()

/** The messages between a client and the specialist, and the one that is being written. */
export class Talk {
  items = $state.raw<ThreadItem[]>([])
  /** They were read at least once; what was read stays in sight when asking again fails. */
  known = $state(false)
  failure = $state.raw<CommandError | null>(null)
  /** Those that nobody had read when the thread was opened. */
  fresh = $state.raw<ReadonlySet<string>>(new Set())
  busy = $state(false)
  /** Why the last one was not taken. */
  refused = $state('')
  #typed = $state('')
  readonly #id: string
  readonly #load: () => Promise<Thread>
  readonly #write: (text: string) => Promise<unknown>
  #asked = 0

  constructor(id: string, load: () => Promise<Thread>, write: (text: string) => Promise<unknown>) {
    this.#id = id
    this.#load = load
    this.#write = write
    this.#typed = unsent.get(id) ?? ''
  }

  get typed(): string {
    return this.#typed
  }

  set typed(text: string) {
    this.#typed = text
    this.refused = ''
    if (text) unsent.set(this.#id, text)
    else unsent.delete(this.#id)
  }

  /** Reads the thread; a slow answer to an old question is dropped. `unread` of the client's last are new. */
  async look(unread: number) {
    const asked = ++this.#asked
    try {
      const { items } = await this.#load()
      if (asked !== this.#asked) return
      const theirs = items.filter((item) => item.from_client)
      const added = unread > 0 ? theirs.slice(-unread) : []
      this.fresh = new Set([...this.fresh, ...added.map(({ id }) => id)])
      this.items = items
      this.known = true
      this.failure = null
    } catch (thrown) {
      if (asked === this.#asked) this.failure = CommandError.from(thrown)
    }
  }

  /** Lets go of what was read, and of what is being read. */
  forget() {
    this.#asked++
    this.items = []
    this.fresh = new Set()
    this.known = false
    this.failure = null
  }

  /** Sends what is typed. What is refused stays in the field. */
  async send(): Promise<boolean> {
    const text = this.#typed.trim()
    if (!text || this.busy) return false
    this.busy = true
    this.refused = ''
    try {
      await this.#write(text)
    } catch (thrown) {
      this.refused = told(CommandError.from(thrown))
      return false
    } finally {
      this.busy = false
    }
    // What was typed on while it was being sent is another message.
    if (this.#typed.trim() === text) this.typed = ''
    this.fresh = new Set()
    await this.look(0)
    return true
  }
}
