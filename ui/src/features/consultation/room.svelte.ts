import { CommandError } from '$bridge'
import type { RoomComparison } from '$generated/RoomComparison'

/** How a made room stands at its provider, as far as it was asked. */
export class Comparison {
  result = $state.raw<RoomComparison | null>(null)
  failure = $state.raw<CommandError | null>(null)
  busy = $state(false)

  get differs(): boolean {
    return (this.result?.differs.length ?? 0) > 0
  }

  /** The provider has no such room any more: only another one helps. */
  get gone(): boolean {
    return this.failure?.code === 'room_gone'
  }

  /** What was known stays in sight while it is asked again, and when that fails. */
  async run(ask: () => Promise<RoomComparison>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.failure = null
    try {
      this.result = await ask()
      return true
    } catch (thrown) {
      this.failure = CommandError.from(thrown)
      if (this.gone) this.result = null
      return false
    } finally {
      this.busy = false
    }
  }
}

/** What changing a room came to, until its consultation is looked at again. */
const changed = new Map<string, RoomComparison>()

export const kept = {
  put: (id: string, result: RoomComparison) => void changed.set(id, result),
  take(id: string): RoomComparison | null {
    const result = changed.get(id) ?? null
    changed.delete(id)
    return result
  },
}
