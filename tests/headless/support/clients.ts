import type { BrowserContext, Page } from '@playwright/test'
import type { ClientWishes } from '../../../ui/src/generated/ClientWishes.ts'
import type { ConsultationView } from '../../../ui/src/generated/ConsultationView.ts'
import type { Host } from './host.ts'
import { MONDAY } from './host.ts'
import { freePort, Services, test as base } from './services.ts'
import { expect, hero } from './test.ts'

export type Tongue = 'ru' | 'en'

/** What the page says, as far as tests press it. */
export const WORDS = {
  ru: {
    enter: 'Войти в комнату',
    again: 'Войти снова',
    fine: 'Хорошо, подожду',
    cannot: 'Не смогу ждать',
    late: 'Специалист задержится',
    told: 'Знает, что вы здесь',
    ten: '10 мин',
    cancelled: 'Консультация отменена',
    gone: 'Эта ссылка больше не работает',
    soon: 'Ваша консультация начнётся через',
  },
  en: {
    enter: 'Enter the room',
    again: 'Go in again',
    fine: 'Fine, I’ll wait',
    cannot: 'I can’t wait',
    late: 'The specialist will be late',
    told: 'Has been told that you are here',
    ten: '10 min',
    cancelled: 'The consultation is cancelled',
    gone: 'This link does not work any more',
    soon: 'Your consultation starts in',
  },
}

/** A request of the client's page. */
export interface Asked {
  method: string
  url: URL
  headers: Record<string, string>
}

/** The client's own browser: a phone that is led nowhere but to the page, and to rooms of cardboard. */
export class Client {
  readonly context: BrowserContext
  readonly page: Page
  readonly words: (typeof WORDS)[Tongue]
  readonly asked: Asked[] = []
  /** How many heartbeats have had their answer. */
  answered = 0
  readonly noise: string[] = []

  private constructor(context: BrowserContext, page: Page, language: Tongue) {
    this.context = context
    this.page = page
    this.words = WORDS[language]
  }

  static async open(context: BrowserContext, home: string, language: Tongue): Promise<Client> {
    await context.route(
      (url) => url.origin !== home,
      (route) => route.fulfill({ contentType: 'text/html', body: `<!doctype html><html lang="en"><title>A room</title><h1>A room</h1>` }),
    )
    const client = new Client(context, await context.newPage(), language)
    // A page's own refusals and losses are what some tests are about; what it throws never is.
    context.on('weberror', (error) => client.noise.push(`thrown: ${error.error().message}`))
    context.on('request', (request) =>
      client.asked.push({ method: request.method(), url: new URL(request.url()), headers: request.headers() }),
    )
    context.on('requestfinished', (request) => {
      if (new URL(request.url()).pathname.endsWith('/here')) client.answered += 1
    })
    return client
  }

  get door() {
    return this.page.getByRole('link', { name: this.words.enter })
  }

  /** What the page has sent of a kind. */
  of(deed: 'here' | 'state' | 'leave') {
    return this.asked.filter(({ url }) => url.pathname.endsWith(`/${deed}`))
  }

  /** Somebody presses the large button: the room opens in the same window. */
  async enters(room: string) {
    await expect(this.door).toHaveAttribute('href', room)
    await this.door.click()
    await expect(this.page.getByRole('heading', { name: 'A room' })).toBeVisible()
    expect(this.page.url()).toBe(room)
  }
}

interface Fixtures {
  /** Where the client's pages are: the backend inside. */
  home: string
  /** A client with a phone in their language. */
  client: (language?: Tongue, options?: { scripts?: boolean }) => Promise<Client>
  /** A consultation that begins in three minutes, whose client is let in by the specialist. */
  begin: (draft?: Parameters<Host['plan']>[0], wishes?: Partial<ClientWishes>) => Promise<ConsultationView>
  /** What the specialist copies for the client. */
  copied: () => Promise<string>
}

/** A practice whose clients have pages, and the messengers beside it. */
export const test = base.extend<Fixtures>({
  home: async ({}, use) => {
    await use(`http://127.0.0.1:${await freePort()}`)
  },

  services: async ({ folder, home }, use) => {
    const services = await Services.start(folder, { publicUrl: home, now: MONDAY })
    await use(services)
    await services.stop()
  },

  start: async ({ start, home }, use) => {
    await use((options) => start({ backendListen: new URL(home).host, ...options }))
  },

  client: async ({ browser, home }, use) => {
    const clients: Client[] = []
    await use(async (language = 'en', { scripts = true } = {}) => {
      const context = await browser.newContext({
        viewport: { width: 360, height: 740 },
        locale: language === 'ru' ? 'ru-RU' : 'en-GB',
        timezoneId: 'Europe/Moscow',
        hasTouch: true,
        isMobile: true,
        javaScriptEnabled: scripts,
        reducedMotion: 'reduce',
      })
      const client = await Client.open(context, home, language)
      clients.push(client)
      return client
    })
    for (const client of clients) {
      const kept = await client.context.storageState()
      expect(kept.cookies.filter(({ domain }) => domain === new URL(home).hostname)).toEqual([])
      expect(kept.origins).toEqual([])
      expect(client.asked.filter(({ headers }) => headers.cookie)).toEqual([])
      expect(client.noise).toEqual([])
      await client.context.close()
    }
  },

  begin: async ({ host }, use) => {
    await use(async (draft = {}, wishes = {}) => {
      const side: ClientWishes = { contact: null, reminders: [], door: 'when_admitted', ...wishes }
      const made = await host.plan({ ...draft, client_side: side })
      await host.advance(17)
      return made
    })
  },

  copied: async ({ host, page, home }, use) => {
    await use(async () => {
      const copy = hero(page).getByRole('button', { name: 'Link: copy' })
      await expect
        .poll(async () => {
          await copy.click()
          return host.clipboard()
        })
        .toMatch(new RegExp(`^${home}/w/[A-Za-z0-9_-]{16,}`))
      return (await host.clipboard()) ?? ''
    })
  },
})

export { expect }
