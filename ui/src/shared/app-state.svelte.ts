import { createContext } from 'svelte'
import { CommandError, type Args, type Bridge, type CommandName, type Reply } from '$bridge'
import type { AppView } from '$generated/AppView'
import type { ConsultationView } from '$generated/ConsultationView'
import { arrivals } from './arrivals'
import type { Toasts } from './toasts.svelte'
import { t, told, words } from './words/words.svelte'

/** How often relative times ("in 24 minutes") are looked at again. */
const TICK = 5_000

/** What the application last said, the time by its clock, and how to ask it for something. */
export class AppState {
  view = $state.raw<AppView | null>(null)
  /** Why there is nothing to show yet. A failure after the first state never empties the screen. */
  failure = $state.raw<CommandError | null>(null)
  now = $state(0)
  /** The last arrival of a client, as words for screen readers. */
  announcement = $state('')

  #bridge: Bridge
  #toasts: Toasts
  #clock: () => number
  /** The application's clock minus this window's. */
  #ahead = 0

  constructor(bridge: Bridge, toasts: Toasts, clock: () => number = Date.now) {
    this.#bridge = bridge
    this.#toasts = toasts
    this.#clock = clock
    this.now = clock()
  }

  start(): () => void {
    const stop = this.#bridge.onState((view) => this.hear(view))
    const tick = setInterval(() => this.tick(), TICK)
    void this.refresh()
    return () => {
      stop()
      clearInterval(tick)
    }
  }

  async refresh() {
    try {
      this.hear(await this.#bridge.call('state', {}))
    } catch (thrown) {
      this.failure = CommandError.from(thrown)
    }
  }

  /** Takes a state over, unless a later one came first. Clocks are put back; the revision only rises. */
  hear(view: AppView) {
    if (this.view && view.revision < this.view.revision) return
    words.use(view.settings.language)
    const arrived = this.view ? arrivals(this.view, view) : []
    // What was said with a name must not stay in the page when names are hidden.
    if (view.settings.hide_names && !this.view?.settings.hide_names) this.announcement = ''
    this.#ahead = Date.parse(view.now) - this.#clock()
    this.view = view
    this.failure = null
    this.tick()
    if (arrived.length > 0) this.#announce(arrived.join('. '))
  }

  /** Only a text that differs is read out: one that is said again gets a space at its end. */
  #announce(text: string) {
    this.announcement = text === this.announcement ? `${text}\u00A0` : text
  }

  tick() {
    this.now = this.#clock() + this.#ahead
  }

  call<N extends CommandName>(name: N, args: Args<N>): Promise<Reply<N>> {
    return this.#bridge.call(name, args)
  }

  /** For buttons: a refusal becomes a message on the screen. Tells whether it worked. */
  async attempt<N extends CommandName>(name: N, args: Args<N>, done?: string): Promise<boolean> {
    try {
      await this.#bridge.call(name, args)
    } catch (thrown) {
      this.#toasts.show({ text: told(CommandError.from(thrown)), tone: 'trouble' })
      return false
    }
    if (done) this.#toasts.show({ text: done })
    return true
  }

  find(id: string): ConsultationView | undefined {
    if (this.view?.hero?.id === id) return this.view.hero
    return this.view?.groups.flatMap((group) => group.items).find((item) => item.id === id)
  }

  /** In the window's language where it has a word, else as the provider calls itself. */
  providerName(id: string): string {
    const word = `provider-${id}`
    if (words.has(word)) return t(word)
    return this.view?.providers.find((provider) => provider.id === id)?.name ?? id
  }
}

export const [useApp, provideApp] = createContext<AppState>()
