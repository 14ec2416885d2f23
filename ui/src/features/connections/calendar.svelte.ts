import { CommandError } from '$bridge'
import type { CalendarChoice } from '$generated/CalendarChoice'
import type { CalendarView } from '$generated/CalendarView'
import type { OneCalendar } from '$generated/OneCalendar'
import { told } from '$shared/words/words.svelte'

type Save = (choice: CalendarChoice) => Promise<boolean>

/**
 * What is chosen about the calendar. Each choice is saved by itself; until the application has answered,
 * what was chosen stays, and what it refuses goes back.
 */
export class CalendarForm {
  values = $state.raw() as CalendarChoice
  /** The account's calendars; `null` until they are known. */
  calendars = $state.raw<OneCalendar[] | null>(null)
  trouble = $state('')
  busy = $state(false)
  #saved: CalendarChoice
  #provider: string
  #save: Save
  #changed = new Map<keyof CalendarChoice, unknown>()
  #saving: Promise<void> = Promise.resolve()
  #account = ''
  #asked = 0

  constructor(provider: string, saved: CalendarView | null, save: Save) {
    this.#provider = provider
    this.#save = save
    this.#saved = this.#read(saved)
    this.values = this.#saved
  }

  /** Nothing can be written before a calendar was chosen. */
  get chosen(): boolean {
    return this.values.calendar !== ''
  }

  hear(saved: CalendarView | null) {
    this.#saved = this.#read(saved)
    this.values = { ...this.#saved, ...Object.fromEntries(this.#changed) }
  }

  /** Asks for the account's calendars: those of another are not its own, and a slow answer to an old question is dropped. */
  async load(account: string, ask: () => Promise<OneCalendar[]>) {
    if (account !== this.#account) this.calendars = null
    this.#account = account
    const asked = ++this.#asked
    this.busy = true
    this.trouble = ''
    try {
      const calendars = await ask()
      if (asked !== this.#asked) return
      this.calendars = calendars
    } catch (thrown) {
      if (asked !== this.#asked) return
      this.trouble = told(CommandError.from(thrown))
    }
    this.busy = false
  }

  /** One after another: each save carries all choices, and of two on their way the older might arrive last. */
  choose<K extends keyof CalendarChoice>(name: K, value: CalendarChoice[K]): Promise<void> {
    this.#changed.set(name, value)
    this.values = { ...this.values, [name]: value }
    this.#saving = this.#saving.then(() => this.#send())
    return this.#saving
  }

  async #send() {
    if (this.#changed.size === 0) return
    const sent = new Map(this.#changed)
    const done = await this.#save(this.values)
    // Changed again meanwhile: that change is still to be saved.
    for (const [name, value] of sent) if (this.#changed.get(name) === value) this.#changed.delete(name)
    if (done) this.#saved = { ...this.#saved, ...Object.fromEntries(sent) }
    this.values = { ...this.#saved, ...Object.fromEntries(this.#changed) }
  }

  #read(saved: CalendarView | null): CalendarChoice {
    const mine = saved?.provider === this.#provider && saved.calendar ? saved : null
    return {
      provider: this.#provider,
      calendar: mine?.calendar ?? '',
      // Whoever chooses a calendar wants consultations in it; what they are about is another question.
      on_by_default: mine?.on_by_default ?? true,
      with_names: mine?.with_names ?? false,
      reminder: mine ? mine.reminder : 15,
    }
  }
}
