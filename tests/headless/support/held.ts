import { expect, type Page, type Route } from '@playwright/test'
import type { Commands } from '../../../ui/src/generated/commands.ts'

/** Commands of the window whose answers wait, as those of a slow network do. */
export class Held<N extends keyof Commands> {
  /** What the window has asked so far. */
  readonly asked: Commands[N]['args'][] = []
  readonly #page: Page
  readonly #name: N
  readonly #waiting: Route[] = []
  #open = false

  private constructor(page: Page, name: N) {
    this.#page = page
    this.#name = name
  }

  static async hold<N extends keyof Commands>(page: Page, name: N): Promise<Held<N>> {
    const held = new Held(page, name)
    await page.route(`**/command/${name}`, (route) => {
      held.asked.push(route.request().postDataJSON() as Commands[N]['args'])
      if (held.#open) return route.continue()
      held.#waiting.push(route)
    })
    return held
  }

  /** The window has asked so many times. */
  async waits(many = 1) {
    await expect.poll(() => this.#waiting.length).toBe(many)
  }

  /** The longest waiting, or one after it, is done now, and answered. */
  async answer(which = 0) {
    await this.#settle(which, (route) => route.continue())
  }

  /** The same is refused, and not done. */
  async refuse(code: string, which = 0) {
    await this.#settle(which, (route) => route.fulfill({ status: 422, json: { code, field: null, facts: {} } }))
  }

  /** All that wait, and any that come later, are done and answered. */
  async letGo() {
    this.#open = true
    await Promise.all(this.#waiting.splice(0).map((route) => route.continue()))
  }

  /** Returns once the window has drawn what it was told. */
  async #settle(which: number, how: (route: Route) => Promise<void>) {
    const [route] = this.#waiting.splice(which, 1)
    if (!route) throw new Error(`no ${this.#name} waits for an answer`)
    const told = route.request()
    const answered = this.#page.waitForEvent('requestfinished', (request) => request === told)
    await how(route)
    await answered
    await this.#page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  }
}

/** What the window asks for by these commands, without holding anything back. */
export function asked<N extends keyof Commands>(page: Page, ...names: N[]): [N, unknown][] {
  const all: [N, unknown][] = []
  page.on('request', (request) => {
    const name = names.find((one) => request.url().endsWith(`/command/${one}`))
    if (name) all.push([name, request.postDataJSON()])
  })
  return all
}
