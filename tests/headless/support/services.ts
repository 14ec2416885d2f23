import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Host } from './host.ts'
import { Running } from './program.ts'
import { expect, test as base, type Page } from './test.ts'

type Facts = Record<string, unknown>

/** One of the fakes, by its control: see `tests/fakes/README.md`. */
export class Fake<State> {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  /** What it has stored. */
  async state(): Promise<State> {
    const { stored } = (await (await fetch(`${this.url}/_fake/state`)).json()) as { stored: State }
    return stored
  }

  /** What happens to the next requests of a kind. */
  next(method: string, what: string, more: { times?: number | null; skip?: number } = {}) {
    return this.#tell('next', { method, do: what, ...more })
  }

  /** Takes back what was to happen. */
  calm() {
    return this.#tell('calm', {})
  }

  /** Puts the clock forward, of all that share it. */
  advance(seconds: number) {
    return this.#tell('clock', { advance: Math.round(seconds) })
  }

  set(options: Facts) {
    return this.#tell('set', options)
  }

  /** What somebody does past the API. */
  edit(what: string, how: string, more: Facts = {}) {
    return this.#tell('edit', { what, do: how, ...more })
  }

  async #tell(control: string, body: Facts) {
    const answer = await fetch(`${this.url}/_fake/${control}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`the fake refused ${control}: ${await answer.text()}`)
  }
}

export interface YandexState {
  grants: { login: string; access: string; device: string | null; dead: boolean }[]
}

export interface MadeConference {
  id: string
  owner: string
  waiting_room_level: string
  cohosts: string[]
  live_stream: { watch_url: string; title?: string; description?: string; access_level?: string } | null
  is_auto_summarization_enabled: boolean
}

export interface TelemostState {
  conferences: MadeConference[]
}

export interface PortalEvent {
  id: number
  parent: number
  owner: number
  section: number
  name: string
  /** Seconds. */
  starts: number
  ends: number
  zone_from: string
  location: string
  description: string
  attendees: Record<string, string>
  remind: { type: string; count: number }[]
}

export interface PortalState {
  events: PortalEvent[]
}

/** A message that was taken by a messenger, and how far it got. */
export interface Taken {
  id: string
  chat: string
  text: string
  status: string
}

export interface MessengersState {
  instances: { id: number; kind: string; messages: Taken[] }[]
}

export interface BotState {
  messages: { chat: number; by: number; text: string }[]
}

interface Addresses {
  green_api_url: string
  telegram_url: string
  yandex_url: string
  telemost_url: string
  bitrix24_url: string
  token: string
  webhook: string
}

/** The practice that the backend inside belongs to. */
export interface PracticeOptions {
  /** Where clients find its pages. */
  publicUrl: string
  /** The time by the application's clock, which the messengers then go by too. */
  now: string
}

/** The fakes of Yandex, Telemost, Bitrix24 and the messengers, and an operator's file that leads an application to them. */
export class Services {
  readonly yandex: Fake<YandexState>
  readonly telemost: Fake<TelemostState>
  readonly portal: Fake<PortalState>
  /** WhatsApp and MAX. */
  readonly green: Fake<MessengersState>
  readonly bot: Fake<BotState>
  /** A ready token of the specialist's. */
  readonly token: string
  /** An inbound webhook of the specialist's. */
  readonly webhook: string
  readonly operator: string
  /** Where signing in leads back to. */
  readonly port: number
  readonly #running: Running

  private constructor(running: Running, addresses: Addresses, operator: string, port: number) {
    this.yandex = new Fake(addresses.yandex_url)
    this.telemost = new Fake(addresses.telemost_url)
    this.portal = new Fake(addresses.bitrix24_url)
    this.green = new Fake(addresses.green_api_url)
    this.bot = new Fake(addresses.telegram_url)
    this.token = addresses.token
    this.webhook = addresses.webhook
    this.operator = operator
    this.port = port
    this.#running = running
  }

  /** With a practice the operator's file leads the backend inside to the messengers too. */
  static async start(folder: string, practice?: PracticeOptions): Promise<Services> {
    const operator = join(folder, 'operator.toml')
    const backend = join(folder, 'backend.toml')
    const port = await freePort()
    const back = `http://127.0.0.1:${port}/signed-in`
    const running = await Running.launch(
      'python3',
      [
        ...['-m', 'tests.fakes', '--json', '--yandex', '0', '--telemost', '0', '--bitrix24', '0'],
        ...['--green-api', '0', '--telegram', '0'],
        // The services hold the application to the address that was registered.
        ...['--redirect-uri', back, '--bitrix24-redirect', back, '--operator', operator],
        // A message stays where a test left it.
        ...(practice ? ['--backend', backend, '--public-url', practice.publicUrl, '--starting', '0', '--progress', 'sent'] : []),
      ],
      /^(\{.*\})$/m,
    )
    const given = practice ? await readFile(backend, 'utf8') : ''
    await writeFile(operator, `sign_in_port = ${port}\n${await readFile(operator, 'utf8')}\n${given}`)
    const services = new Services(running, JSON.parse(running.said) as Addresses, operator, port)
    if (practice) await services.green.advance((Date.parse(practice.now) - Date.now()) / 1000)
    return services
  }

  stop() {
    return this.#running.stop()
  }

  /** The one conference at Telemost, or the only one that is none of those. */
  async conference(...but: string[]): Promise<MadeConference> {
    const found = (await this.conferences()).filter(({ id }) => !but.includes(id))
    if (found.length !== 1) throw new Error(`there are ${found.length} such conferences`)
    return found[0]!
  }

  async conferences(): Promise<MadeConference[]> {
    return (await this.telemost.state()).conferences
  }

  /** The entries of the specialist's own calendar for consultations. */
  async entries(): Promise<PortalEvent[]> {
    return (await this.portal.state()).events.filter(({ section }) => section === CALENDAR)
  }

  /** An account at Telemost, by a token that was got elsewhere. */
  async connectRooms(host: Host) {
    await host.call('save_connection', { provider: 'telemost', values: {}, secrets: { access_token: this.token } })
  }

  /** The portal's calendar for consultations, by its webhook. */
  async connectCalendar(host: Host) {
    await host.call('save_connection', { provider: 'bitrix24', values: {}, secrets: { webhook_url: this.webhook } })
    const { calendars } = await host.call('calendar_choices', { provider: 'bitrix24' })
    const calendar = calendars.find(({ name }) => name === 'Консультации')?.id ?? ''
    await host.call('choose_calendar', {
      provider: 'bitrix24',
      calendar,
      on_by_default: true,
      with_names: true,
      reminder: null,
    })
  }
}

/** “Консультации” of the specialist at the fake of the portal. */
const CALENDAR = 4

let ports = 0

/**
 * Below the ports that the system hands out by itself, and each only once in a part of one's own, so that nobody gets it
 * before the application listens.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Number(process.env.TEST_PARALLEL_INDEX ?? 0) * 6_000 + (ports++ % 6_000)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (free) await new Promise((resolve) => server.close(resolve))
    if (free) return port
  }
}

interface Fixtures {
  services: Services
}

/** With the services beside the application, and the application led to them. */
export const test = base.extend<Fixtures>({
  services: async ({ folder }, use) => {
    const services = await Services.start(folder)
    await use(services)
    await services.stop()
  },

  start: async ({ start, services }, use) => {
    await use((options) => start({ operator: services.operator, ...options }))
  },
})

export { expect }
export type { Page }

const seen = new WeakMap<Host, number>()

/** What the application gives to the browser next, opened there. */
export async function openedPage(host: Host, page: Page): Promise<Page> {
  const before = seen.get(host) ?? 0
  await expect.poll(async () => (await host.opened()).length).toBeGreaterThan(before)
  const opened = await host.opened()
  seen.set(host, opened.length)
  const there = await page.context().newPage()
  await there.goto(opened.at(-1) ?? '')
  return there
}
