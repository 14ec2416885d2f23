import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import { CommandError } from '$bridge'
import type { Thread } from '$generated/Thread'
import type { ThreadItem } from '$generated/ThreadItem'
import { told } from '$shared/words/words.svelte'

/** What is being written to each client, until it is sent: a look at another screen costs nothing. */
const unsent = new SvelteMap<string, string>()
/** To whom a message is on its way; it goes on when the screen is left. */
const sending = new SvelteSet<string>()

/** The messages between a client and the specialist, and the one that is being written. */
export class Talk {
  items = $state.raw<ThreadItem[]>([])
  /** They were read at least once; what was read stays in sight when asking again fails. */
  known = $state(false)
  failure = $state.raw<CommandError | null>(null)
  /** Those that nobody had read when the thread was opened. */
  fresh = $state.raw<ReadonlySet<string>>(new Set())
  /** Why the last one was not taken. */
  refused = $state('')
  readonly #id: string
  readonly #load: () => Promise<Thread>
  readonly #say: (read: string[]) => Promise<unknown>
  readonly #write: (text: string) => Promise<unknown>
  readonly #read = new Set<string>()
  #asked = 0
  /** The latest question whose answer is on the screen. */
  #shown = 0

  constructor(
    id: string,
    load: () => Promise<Thread>,
    say: (read: string[]) => Promise<unknown>,
    write: (text: string) => Promise<unknown>,
  ) {
    this.#id = id
    this.#load = load
    this.#say = say
    this.#write = write
  }

  get busy(): boolean {
    return sending.has(this.#id)
  }

  get typed(): string {
    return unsent.get(this.#id) ?? ''
  }

  set typed(text: string) {
    this.refused = ''
    if (text) unsent.set(this.#id, text)
    else unsent.delete(this.#id)
  }

  /** Reads the thread; an answer that a newer one has overtaken is dropped. `unread` of the client's last are new. */
  async look(unread: number) {
    const asked = ++this.#asked
    try {
      const { items } = await this.#load()
      if (asked < this.#shown) return
      this.#shown = asked
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

  /** Somebody looks at what is on the screen: the client's messages there have been read. */
  async see() {
    const theirs = this.items.filter((item) => item.from_client).map(({ id }) => id)
    const read = theirs.filter((id) => !this.#read.has(id))
    if (read.length === 0) return
    read.forEach((id) => this.#read.add(id))
    try {
      await this.#say(read)
    } catch {
      // Said again when the thread is read again.
      read.forEach((id) => this.#read.delete(id))
    }
  }

  /** Lets go of what was read, and of what is being read. */
  forget() {
    this.#shown = ++this.#asked
    this.items = []
    this.fresh = new Set()
    this.known = false
    this.failure = null
  }

  /** Sends what is typed. What is refused stays in the field. */
  async send(): Promise<boolean> {
    const text = this.typed.trim()
    if (!text || this.busy) return false
    sending.add(this.#id)
    this.refused = ''
    try {
      await this.#write(text)
    } catch (thrown) {
      this.refused = told(CommandError.from(thrown))
      return false
    } finally {
      sending.delete(this.#id)
    }
    // What was typed on while it was being sent is another message.
    if (this.typed.trim() === text) this.typed = ''
    this.fresh = new Set()
    await this.look(0)
    return true
  }
}
