import type { Settings } from '$generated/Settings'

/** A pause in typing, in milliseconds, after which a text is saved. */
const PAUSE = 500

/**
 * Settings as they stand on the screen. Each change is saved by itself; until the application has answered,
 * what was chosen stays, and what it refuses goes back.
 */
export class SettingsForm {
  values = $state.raw() as Settings
  /** What is being typed, letter for letter, until its field is left: what is saved of it may be another. */
  #typing = $state.raw<Partial<Settings>>({})
  #saved: Settings
  #save: (settings: Settings, base: Settings) => Promise<boolean>
  #changed = new Map<keyof Settings, unknown>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving: Promise<void> = Promise.resolve()

  /** `base` is what was known when it was chosen. */
  constructor(saved: Settings, save: (settings: Settings, base: Settings) => Promise<boolean>) {
    this.#saved = saved
    this.values = saved
    this.#save = save
  }

  /** The application's settings; what has been changed here and not yet saved stays on top. */
  hear(saved: Settings) {
    this.#saved = saved
    this.values = { ...saved, ...Object.fromEntries(this.#changed) }
  }

  choose<K extends keyof Settings>(name: K, value: Settings[K]): Promise<void> {
    this.#put(name, value)
    return this.flush()
  }

  /** What stands in the field of a text. */
  shown<K extends keyof Settings>(name: K): Settings[K] {
    return this.#typing[name] ?? this.values[name]
  }

  /** The field of a text is left. */
  leave(): Promise<void> {
    this.#typing = {}
    return this.flush()
  }

  type<K extends keyof Settings>(name: K, value: Settings[K]) {
    this.#typing = { [name]: value }
    this.#put(name, value)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), PAUSE)
  }

  /** One after another: each save carries all settings, and of two on their way the older might arrive last. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#saving = this.#saving.then(() => this.#send())
    return this.#saving
  }

  async #send() {
    if (this.#changed.size === 0) return
    const sent = new Map(this.#changed)
    const wanted = this.values
    const base = this.#saved
    const done = await this.#save(wanted, base)
    // Changed again meanwhile: that change is still to be saved.
    for (const [name, value] of sent) if (this.#changed.get(name) === value) this.#changed.delete(name)
    // What the application has said of it by now is what it has made of it, as without spaces around it.
    const unsaid = [...sent].filter(([name]) => String(this.#saved[name]) === String(base[name]))
    this.hear(done ? { ...this.#saved, ...Object.fromEntries(unsaid) } : this.#saved)
  }

  #put<K extends keyof Settings>(name: K, value: Settings[K]) {
    this.#changed.set(name, value)
    this.values = { ...this.values, [name]: value }
  }
}
