import type { ColleagueView } from '$generated/ColleagueView'

/** How colleagues are looked up; a refusal only means that nobody is suggested. */
export type Ask = (text: string) => Promise<ColleagueView[]>

/** So long after the last key somebody is looked up. */
const REST = 200
/** More suggestions than this are not read but searched, and searching is what typing does. */
const SHOWN = 6

/** Enough to be told from a name; whether the address exists is the service's to say. */
export function isAddress(text: string): boolean {
  return /^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(text)
}

/** Somebody as the window calls them. */
export function called({ name, email, id }: ColleagueView): string {
  return name || email || id
}

const same = (one: string, other: string) => one.toLocaleLowerCase() === other.toLocaleLowerCase()

/** People that are picked from colleagues; by their addresses, where those who are no colleagues may be named as well. */
export class People {
  chosen = $state<ColleagueView[]>([])
  typed = $state('')
  found = $state.raw<ColleagueView[]>([])
  /** The suggestion that Enter takes; -1 for none. */
  active = $state(-1)
  open = $state(false)
  /** Nobody could be looked up. */
  failed = $state(false)
  /** Addresses that the service does not know. */
  refused = $state<string[]>([])

  /** They are told by address, and any address may be typed. */
  readonly byAddress: boolean
  #ask: Ask | null = null
  #asked = 0
  /** What stands in the field is being looked up, or is about to be. */
  #looking = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(byAddress: boolean) {
    this.byAddress = byAddress
  }

  get suggested(): ColleagueView[] {
    return this.found.filter((one) => (!this.byAddress || one.email) && !this.#has(one)).slice(0, SHOWN)
  }

  get nobody(): boolean {
    return !this.byAddress && this.suggested.length === 0
  }

  get wrong(): ColleagueView[] {
    return this.chosen.filter((one) => this.isWrong(one))
  }

  get addresses(): string[] {
    return this.chosen.map((one) => one.email).filter((email) => email !== null)
  }

  /** Whoever is shown may ask; nobody is looked up before. */
  serve(ask: Ask | null) {
    this.#ask = ask
  }

  isWrong({ email }: ColleagueView): boolean {
    if (!this.byAddress) return false
    return !email || !isAddress(email) || this.refused.some((one) => same(one, email))
  }

  put(people: ColleagueView[]) {
    this.chosen = people
  }

  putAddresses(addresses: string[]) {
    this.chosen = addresses.map(byAddress)
  }

  type(text: string) {
    this.typed = text
    // What is suggested is still for what stood there before: nobody of that may be taken for it.
    this.active = -1
    if (!this.byAddress) return this.#look(text.trim())
    // What is parted by commas, semicolons or lines is several, as when a list is pasted.
    const parts = text.split(/[,;\n]+/)
    const rest = parts.pop() ?? ''
    if (parts.length > 0) {
      for (const part of parts) this.#addTyped(part)
      this.typed = rest.trimStart()
    }
    this.#look(this.typed.trim())
  }

  /** Shows everybody, or whom the typed words mean, at once. */
  unfold() {
    void this.#lookUp(this.typed.trim())
  }

  move(by: number) {
    if (!this.open) return this.unfold()
    const count = this.suggested.length
    if (count > 0) this.active = (this.active + by + (this.active < 0 && by < 0 ? 1 : 0) + count) % count
  }

  /** Enter: the suggestion that is marked, else what was typed. Tells whether there was anything to take. */
  take(): boolean {
    const marked = this.open ? this.suggested[this.active] : undefined
    if (marked) {
      this.pick(marked)
      return true
    }
    // Who is meant is known once the answer is there.
    if (!this.byAddress && this.#looking) return true
    return this.settle()
  }

  pick(one: ColleagueView) {
    if (!this.#has(one)) this.chosen = [...this.chosen, one]
    this.typed = ''
    this.close()
  }

  /** What was typed becomes a chip, where it may; right or wrong, it is not lost. */
  settle(): boolean {
    const had = this.typed.trim() !== ''
    if (this.byAddress) {
      for (const part of this.typed.split(/[\s,;]+/)) this.#addTyped(part)
      this.typed = ''
    }
    this.close()
    return had
  }

  remove(one: ColleagueView) {
    this.chosen = this.chosen.filter((other) => other !== one)
  }

  /** Backspace in the empty field. A wrong address comes back to be corrected. */
  takeBack(): boolean {
    const last = this.chosen.at(-1)
    if (this.typed !== '' || !last) return false
    this.chosen = this.chosen.slice(0, -1)
    if (this.isWrong(last)) this.typed = last.email ?? ''
    return true
  }

  close() {
    clearTimeout(this.#timer)
    this.#asked++
    this.#looking = false
    this.open = false
    this.active = -1
    this.found = []
  }

  #look(text: string) {
    clearTimeout(this.#timer)
    if (text === '') return this.close()
    this.#looking = this.#ask !== null
    this.#timer = setTimeout(() => void this.#lookUp(text), REST)
  }

  async #lookUp(text: string) {
    if (!this.#ask) return
    const asked = ++this.#asked
    const found = await this.#ask(text).catch(() => null)
    // A slow answer to an old question is dropped.
    if (asked !== this.#asked) return
    this.#looking = false
    this.failed = found === null
    this.found = found ?? []
    this.active = this.byAddress || this.suggested.length === 0 ? -1 : 0
    this.open = this.suggested.length > 0 || (this.nobody && (text !== '' || this.failed))
  }

  #addTyped(text: string) {
    const email = text.trim()
    if (!email) return
    const one =
      this.found.find((colleague) => colleague.email && same(colleague.email, email)) ?? byAddress(email)
    if (!this.#has(one)) this.chosen = [...this.chosen, one]
  }

  #has(one: ColleagueView): boolean {
    return this.chosen.some((other) =>
      this.byAddress ? same(other.email ?? '', one.email ?? '') : other.id === one.id,
    )
  }
}

function byAddress(email: string): ColleagueView {
  return { id: '', name: '', email, position: '' }
}
