import { CommandError } from '$bridge'
import type { Pairing } from '$generated/Pairing'
import { t, told } from '$shared/words/words.svelte'

/** A pairing link holds everything; a bare code also needs the server's address. */
export class PairingForm {
  typed = $state('')
  address = $state('')
  errors = $state<Record<string, string>>({})
  busy = $state(false)
  readonly isLink: boolean = $derived(/^\s*[a-z]+:\/\//i.test(this.typed))
  #pair: (pairing: Pairing) => Promise<unknown>

  constructor(pair: (pairing: Pairing) => Promise<unknown>) {
    this.#pair = pair
  }

  async send(): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.errors = {}
    try {
      const address = this.isLink ? null : this.address.trim() || null
      await this.#pair({ link_or_code: this.typed.trim(), address })
      this.typed = ''
      this.address = ''
      return true
    } catch (thrown) {
      const error = CommandError.from(thrown)
      const field = error.field === 'address' && !this.isLink ? 'address' : 'typed'
      // Not the server that feeds this computer is away, but the one that was to be paired.
      this.errors[field] = error.code === 'backend_unreachable' ? t('pairing-unreachable') : told(error)
      return false
    } finally {
      this.busy = false
    }
  }
}
