import { CommandError } from '$bridge'
import type { CheckResult } from '$generated/CheckResult'
import type { ConnectionDraft } from '$generated/ConnectionDraft'
import type { ConnectionView } from '$generated/ConnectionView'
import type { FieldView } from '$generated/FieldView'
import type { ProviderView } from '$generated/ProviderView'
import { told } from '$shared/words/words.svelte'

/** A connection's form, built from what the provider says it wants. */
export class ConnectionFormState {
  values = $state<Record<string, string>>({})
  /** Secrets typed now. One that is kept in the keychain never comes here. */
  secrets = $state<Record<string, string>>({})
  /** Kept secrets that are to be forgotten on saving. */
  forgotten = $state<string[]>([])
  errors = $state<Record<string, string>>({})
  trouble = $state('')
  busy = $state(false)
  result = $state.raw<CheckResult | null>(null)
  readonly provider: ProviderView
  #going: Promise<unknown> = Promise.resolve()
  #waiting = false

  constructor(provider: ProviderView, connection?: ConnectionView) {
    this.provider = provider
    for (const field of provider.fields) {
      if (field.kind !== 'secret') this.values[field.key] = connection?.values[field.key] ?? ''
    }
  }

  /** With the secrets of these fields alone: an untouched one is left out and stays kept, a forgotten one is sent empty. */
  draftOf(fields: FieldView[]): ConnectionDraft {
    const secrets: Record<string, string> = {}
    for (const { key } of fields) {
      const value = this.secrets[key]
      if (value) secrets[key] = value
      else if (this.forgotten.includes(key)) secrets[key] = ''
    }
    const values: Record<string, string> = {}
    for (const [key, value] of Object.entries(this.values)) values[key] = value.trim()
    return { provider: this.provider.id, values, secrets }
  }

  async run(command: () => Promise<CheckResult>): Promise<boolean> {
    if (this.busy) return false
    this.result = null
    return this.send(async () => {
      this.result = await command()
    })
  }

  /** A refusal is put under its field, or kept as a trouble; what was typed stays. */
  async send(command: () => Promise<unknown>): Promise<boolean> {
    return this.busy ? false : this.#goes(this.#send(command))
  }

  async #send(command: () => Promise<unknown>): Promise<boolean> {
    this.busy = true
    this.errors = {}
    this.trouble = ''
    try {
      await command()
      return true
    } catch (thrown) {
      const error = CommandError.from(thrown)
      const known = this.provider.fields.some((field) => field.key === error.field)
      if (known && error.field) this.errors[error.field] = told(error)
      else this.trouble = told(error)
      return false
    } finally {
      this.busy = false
    }
  }

  /**
   * Sends what these fields hold. Once it is taken, no secret of it stays in the window.
   * Pressed while a save or a check is on its way, it is done after that.
   */
  async save(
    fields: FieldView[],
    command: (draft: ConnectionDraft) => Promise<CheckResult>,
  ): Promise<boolean> {
    if (this.#waiting) return false
    this.#waiting = true
    await this.#going
    this.#waiting = false
    return this.#goes(this.#handOver(() => this.run(() => command(this.draftOf(fields)))))
  }

  /** The same for what answers without a check. */
  hand(fields: FieldView[], command: (draft: ConnectionDraft) => Promise<unknown>): Promise<boolean> {
    return this.#goes(this.#handOver(() => this.send(() => command(this.draftOf(fields)))))
  }

  /** What a save waits for. */
  #goes<T>(going: Promise<T>): Promise<T> {
    this.#going = going
    return going
  }

  /** A check takes seconds, in which the form stays open: what is typed or forgotten meanwhile is still to be saved. */
  async #handOver(send: () => Promise<boolean>): Promise<boolean> {
    const secrets = { ...this.secrets }
    const forgotten = this.forgotten
    if (!(await send())) return false
    for (const [key, value] of Object.entries(secrets)) {
      if (this.secrets[key] === value) delete this.secrets[key]
    }
    this.forgotten = this.forgotten.filter((key) => !forgotten.includes(key))
    return true
  }
}
