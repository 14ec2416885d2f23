import { createContext } from 'svelte'

/** Screens as addresses behind `#`, so that the shell can ask for one and "back" is the browser's own. */
export type Route =
  | { screen: 'today' | 'settings' | 'search' }
  /** With a link of one's own to be pasted, when another screen says so. */
  | { screen: 'new'; pastes?: true }
  /** With a pairing link, when one was opened from outside. */
  | { screen: 'connections'; link?: string }
  | { screen: 'repeat' | 'connection' | 'room'; id: string }
  /** At its messages, when one is to be read or written. */
  | { screen: 'consultation'; id: string; part?: 'messages' }
  /** Anew: with another room than it has. */
  | { screen: 'change'; id: string; anew?: true }

const PLAIN = ['new', 'settings', 'search'] as const
const WITH_ID = ['repeat', 'connection', 'room'] as const
const ANEW = 'anew'
const MESSAGES = 'messages'

export function readRoute(hash: string): Route {
  const [name = '', id = '', more = ''] = hash.replace(/^#?\/?/, '').split('/')
  if (name === 'new' && id === 'link') return { screen: name, pastes: true }
  const plain = PLAIN.find((one) => one === name)
  if (plain) return { screen: plain }
  if (name === 'connections') {
    const link = decoded(id)
    return link ? { screen: name, link } : { screen: name }
  }
  const withId = WITH_ID.find((one) => one === name)
  const read = decoded(id)
  if (name === 'change' && read) {
    return more === ANEW ? { screen: name, id: read, anew: true } : { screen: name, id: read }
  }
  if (name === 'consultation' && read) {
    return more === MESSAGES ? { screen: name, id: read, part: MESSAGES } : { screen: name, id: read }
  }
  return withId && read ? { screen: withId, id: read } : { screen: 'today' }
}

/** An address typed or passed in by hand may be no address at all. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

export function address(route: Route): string {
  if (route.screen === 'today') return '#/'
  if (route.screen === 'new') return route.pastes ? '#/new/link' : '#/new'
  if (route.screen === 'connections' && route.link) return `#/connections/${encodeURIComponent(route.link)}`
  if (route.screen === 'change' && route.anew) return `#/change/${encodeURIComponent(route.id)}/${ANEW}`
  if (route.screen === 'consultation' && route.part)
    return `#/consultation/${encodeURIComponent(route.id)}/${route.part}`
  return 'id' in route ? `#/${route.screen}/${encodeURIComponent(route.id)}` : `#/${route.screen}`
}

/** Where "back" leads when nothing was visited before, for a window the shell opened on a deep screen. */
function above(route: Route): Route {
  switch (route.screen) {
    case 'change':
    case 'repeat':
    case 'room':
      return { screen: 'consultation', id: route.id }
    case 'connection':
      return { screen: 'connections' }
    case 'connections':
      return { screen: 'settings' }
    default:
      return { screen: 'today' }
  }
}

export class Router {
  route = $state.raw<Route>({ screen: 'today' })
  /** Addresses from Today down to here, each once: "back" climbs it instead of replaying every visit. */
  #trail: string[] = []
  #here: string | null = null
  #window: Window
  #leave: () => void

  /** `leave` is called before another screen comes. */
  constructor(place: Window, leave: () => void = () => {}) {
    this.#window = place
    this.#leave = leave
    this.#follow()
  }

  start(): () => void {
    const follow = () => this.#follow()
    this.#window.addEventListener('hashchange', follow)
    return () => this.#window.removeEventListener('hashchange', follow)
  }

  go(route: Route) {
    this.open(address(route))
  }

  open(hash: string) {
    if (this.#window.location.hash === hash) return
    this.#window.location.hash = hash
    // The browser tells of the change later; whoever asked for it may go on at the new screen at once.
    this.#follow()
  }

  up() {
    const before = this.#trail.at(-2)
    if (!before) this.#trail = []
    this.open(before ?? address(above(this.route)))
  }

  #follow() {
    const route = readRoute(this.#window.location.hash)
    const here = address(route)
    if (here === this.#here) return
    if (this.#here !== null) this.#leave()
    this.#here = here
    this.route = route
    if (this.route.screen === 'today') this.#trail = []
    const seen = this.#trail.indexOf(here)
    this.#trail = seen < 0 ? [...this.#trail, here] : this.#trail.slice(0, seen + 1)
  }
}

export const [useRouter, provideRouter] = createContext<Router>()
