import type { ReachDraft } from '$generated/ReachDraft'
import type { ReachView } from '$generated/ReachView'

/** Quiet hours as they are proposed to somebody who has none. */
const NIGHT = { from: '22:00', to: '08:00' }

export const SECONDS = [30, 60, 120, 300]

/** How the specialist is reached, as it stands on the screen. Each change is saved by itself; what is refused goes back. */
export class ReachForm {
  values = $state.raw() as ReachDraft
  /** The times as typed; they count once both can be read. */
  from = $state('')
  to = $state('')
  typingFrom = $state<string | null>(null)
  typingTo = $state<string | null>(null)
  #saved: ReachDraft
  #save: (draft: ReachDraft) => Promise<boolean>
  /** How many are on their way. */
  #unsaved = 0
  #saving: Promise<void> = Promise.resolve()

  constructor(saved: ReachView, save: (draft: ReachDraft) => Promise<boolean>) {
    this.#save = save
    this.#saved = this.values = plain(saved)
    this.from = saved.quiet_from ?? ''
    this.to = saved.quiet_to ?? ''
  }

  /** What the application has; while a change is on its way, it is the change that counts. */
  hear(saved: ReachView) {
    this.#saved = plain(saved)
    if (this.#unsaved === 0) this.#show(this.#saved)
  }

  get quiet(): boolean {
    return this.values.quiet_from !== null
  }

  /** They end on the next day. */
  get overMidnight(): boolean {
    const { quiet_from, quiet_to } = this.values
    return quiet_from !== null && quiet_to !== null && quiet_to <= quiet_from
  }

  /** From a time to the same time would be a whole day, which hardly anybody means. */
  get same(): boolean {
    return this.from !== '' && this.from === this.to
  }

  chooseSeconds(after_seconds: number): Promise<void> {
    return this.#put({ ...this.values, after_seconds })
  }

  turnQuiet(on: boolean): Promise<void> {
    return this.#put({
      ...this.values,
      quiet_from: on ? NIGHT.from : null,
      quiet_to: on ? NIGHT.to : null,
      // Its switch goes with the hours, and would go on silencing clients in "do not disturb" unseen.
      quiet_even_clients: on && this.values.quiet_even_clients,
    })
  }

  turnEvenClients(quiet_even_clients: boolean): Promise<void> {
    return this.#put({ ...this.values, quiet_even_clients })
  }

  /** The fields were left. */
  async settle() {
    if (!this.from || !this.to || this.same) return
    if (this.from === this.values.quiet_from && this.to === this.values.quiet_to) return
    await this.#put({ ...this.values, quiet_from: this.from, quiet_to: this.to })
  }

  /** A time stands in the fields that is not chosen yet. */
  get #typed(): boolean {
    const { quiet_from, quiet_to } = this.values
    const typing = this.typingFrom !== null || this.typingTo !== null
    return typing || this.from !== (quiet_from ?? '') || this.to !== (quiet_to ?? '')
  }

  /** One after another: each carries all of it, and of two on their way the older might arrive last. */
  #put(draft: ReachDraft): Promise<void> {
    this.#show(draft)
    this.#unsaved++
    this.#saving = this.#saving.then(async () => {
      if (await this.#save(draft)) this.#saved = draft
      if (--this.#unsaved === 0) this.#show(this.#saved)
    })
    return this.#saving
  }

  /** A typed time stays until its field is left, or goes with its field. */
  #show(draft: ReachDraft) {
    const stays = this.#typed && draft.quiet_from !== null
    this.values = draft
    if (stays) return
    this.from = draft.quiet_from ?? ''
    this.to = draft.quiet_to ?? ''
    this.typingFrom = null
    this.typingTo = null
  }
}

function plain({ after_seconds, quiet_from, quiet_to, quiet_even_clients }: ReachView): ReachDraft {
  return { after_seconds, quiet_from, quiet_to, quiet_even_clients }
}
