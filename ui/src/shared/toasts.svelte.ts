import { createContext } from 'svelte'

export interface Toast {
  id: number
  text: string
  tone: 'done' | 'trouble'
  action?: { label: string; run: () => void }
}

/** Long enough to read and to reach the button; trouble stays longer. */
const SHOWN = { done: 4_000, action: 10_000, trouble: 9_000 }

/** Short messages at the bottom of the window; they wait while a pointer or the focus is on them. */
export class Toasts {
  items = $state<Toast[]>([])
  #next = 1
  #timers = new Map<number, ReturnType<typeof setTimeout>>()

  show({ text, tone = 'done', action }: Partial<Toast> & { text: string }): number {
    const id = this.#next++
    // Good news is only news until the next; what can be undone or went wrong stays to be read.
    const stale = this.items.filter((item) => item.text === text || (item.tone === 'done' && !item.action))
    for (const item of stale) this.dismiss(item.id)
    this.items = [...this.items, { id, text, tone, action }].slice(-3)
    this.resume(id)
    return id
  }

  dismiss(id: number) {
    this.pause(id)
    this.items = this.items.filter((item) => item.id !== id)
  }

  /** Another screen comes: what was said belongs to the one before. */
  leave() {
    for (const item of this.items) this.dismiss(item.id)
  }

  pause(id: number) {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }

  resume(id: number) {
    const item = this.items.find((one) => one.id === id)
    if (!item) return
    this.pause(id)
    const time = item.action ? SHOWN.action : SHOWN[item.tone]
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), time),
    )
  }
}

export const [useToasts, provideToasts] = createContext<Toasts>()
