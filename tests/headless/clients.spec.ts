import type { Host } from './support/host.ts'
import type { Services } from './support/services.ts'
import { expect, test, type Client, type Tongue } from './support/clients.ts'
import { accessible } from './support/screens.ts'
import { hero, type Page } from './support/test.ts'

// Both sides at once: the specialist's window, and the page on a client's phone.

/** A room of each kind, made or pasted. */
const KINDS: Record<
  string,
  { language: Tongue; draft: Parameters<Host['plan']>[0]; connect?: (services: Services, host: Host) => Promise<void> }
> = {
  'a room at Jitsi': { language: 'en', draft: {} },
  'a room made at Telemost': {
    language: 'ru',
    draft: { provider: 'telemost', room: { waiting_room: null, cohosts: [], summary: false, broadcast: null } },
    connect: (services, host) => services.connectRooms(host),
  },
  'a pasted link': { language: 'ru', draft: { provider: 'link', link: 'https://rooms.example.net/elena' } },
}

const waits = (page: Page) => expect(hero(page)).toContainText(/waits on the page/i)

/** Opens the link, and is known to wait. */
async function comes(client: Client, page: Page, link: string) {
  await client.page.goto(link)
  await waits(page)
  await expect(client.page.getByText(client.words.told, { exact: true })).toBeVisible()
  await expect.poll(() => client.page.evaluate(kept)).toEqual({ local: 0, session: 0, databases: 0, caches: 0, workers: 0 })
}

/** Everything that a page can leave behind, but cookies. */
async function kept() {
  const [databases, stores, workers] = await Promise.all([
    indexedDB.databases(),
    window.caches.keys(),
    navigator.serviceWorker.getRegistrations(),
  ])
  const [local, session] = [localStorage.length, sessionStorage.length]
  return { local, session, databases: databases.length, caches: stores.length, workers: workers.length }
}

for (const [kind, { language, draft, connect }] of Object.entries(KINDS)) {
  test(`${kind}: a client waits, is let in, and goes in`, async ({ host, page, services, begin, copied, client }) => {
    await connect?.(services, host)
    const { id, link: room } = await begin(draft)
    const link = await copied()
    const phone = await client(language)
    await comes(phone, page, link)
    await expect(phone.page.locator('html')).toHaveAttribute('lang', language)
    expect(await phone.page.content()).not.toContain(new URL(room!).pathname)
    await accessible(phone.page, `${kind}, waiting`)
    await accessible(page, `${kind}, the specialist's list`)

    const menu = async () => JSON.stringify((await host.tray()).menu)
    await expect.poll(menu).toContain('Let in')
    await hero(page).getByRole('button', { name: 'Let in' }).click()
    await expect(phone.door).toBeVisible()
    await expect(phone.door).toBeFocused()
    await expect.poll(menu).not.toContain('Let in')
    await accessible(phone.page, `${kind}, the door`)
    // Nothing until now went anywhere but to where the page came from.
    expect([...new Set(phone.asked.map(({ url }) => url.origin))]).toEqual([new URL(link).origin])
    await phone.enters(room!)
    await page.goto(`${host.url}/#/consultation/${id}`)
    await expect(page.locator('main')).toContainText('Client went into the room')
    await accessible(page, `${kind}, the consultation`)
  })
}

test('“In 5 minutes” is counted down on the page, and each answer is seen', async ({ page, begin, copied, client, host }) => {
  const { id } = await begin()
  const phone = await client()
  await comes(phone, page, await copied())
  await hero(page).getByRole('button', { name: 'In 5 minutes' }).click()
  await expect(phone.page.getByRole('heading', { name: phone.words.late })).toBeVisible()
  await expect(phone.page.getByRole('timer').filter({ hasText: /^[45]:\d\d$|^0?[45]:\d\d$/ })).toBeVisible()
  await accessible(phone.page, 'a late specialist')
  await phone.page.getByRole('button', { name: phone.words.fine }).click()
  await expect(hero(page)).toContainText('The client will wait.')
  await phone.page.getByRole('button', { name: phone.words.cannot }).click()
  await expect(hero(page)).toContainText('The client cannot wait.')
  await page.goto(`${host.url}/#/consultation/${id}`)
  await expect(page.locator('main')).toContainText('Client cannot wait')
})

test('a client who is late says so', async ({ page, begin, copied, client }) => {
  await begin()
  const phone = await client('ru')
  await comes(phone, page, await copied())
  await phone.page.getByRole('button', { name: phone.words.ten }).click()
  await expect(phone.page.getByRole('button', { name: phone.words.ten })).toHaveAttribute('aria-pressed', 'true')
  await expect(hero(page)).toContainText('10 min late')
  await accessible(phone.page, 'a late client')
})

test('a page that was closed is left', async ({ host, page, begin, copied, client }) => {
  const { id } = await begin()
  const phone = await client()
  await comes(phone, page, await copied())
  await phone.page.close({ runBeforeUnload: true })
  // Whoever only reloads is back within some seconds.
  await expect(hero(page)).toContainText('The client left', { timeout: 20_000 })
  await page.goto(`${host.url}/#/consultation/${id}`)
  await expect(page.locator('main')).toContainText('page closed')
})

test('another room while the client waits: the page leads there, by the link it had', async ({ host, page, begin, copied, client }) => {
  const { id } = await begin()
  const link = await copied()
  const phone = await client()
  await comes(phone, page, link)
  await hero(page).getByRole('button', { name: 'Let in' }).click()
  await expect(phone.door).toBeVisible()
  await page.goto(`${host.url}/#/change/${id}`)
  await page.getByRole('button', { name: 'Paste a link of your own' }).click()
  await page.getByRole('textbox', { name: 'Link to the room' }).fill('https://rooms.example.net/another')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(phone.door).toHaveAttribute('href', 'https://rooms.example.net/another')
  await host.call('copy_link', { id })
  await expect.poll(() => host.clipboard()).toBe(link)
  await phone.enters('https://rooms.example.net/another')
})

test('a cancelled consultation ends calmly', async ({ host, page, begin, copied, client }) => {
  const { id } = await begin()
  const phone = await client('ru')
  await comes(phone, page, await copied())
  await host.call('cancel_consultation', { id })
  await expect(phone.page.getByRole('heading', { name: phone.words.cancelled })).toBeVisible()
  await expect(phone.page.getByRole('button', { name: phone.words.ten })).toHaveCount(0)
  await accessible(phone.page, 'cancelled')
})

test('a link that was renewed says so, and the new one works', async ({ host, page, begin, copied, client }) => {
  const { id } = await begin()
  const link = await copied()
  const phone = await client()
  await comes(phone, page, link)
  await page.goto(`${host.url}/#/consultation/${id}`)
  await page.getByRole('button', { name: 'More about the link' }).click()
  await page.getByRole('menuitem', { name: /Give a new link/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Give a new link' }).click()
  await expect(phone.page.getByRole('heading', { name: phone.words.gone })).toBeVisible()
  await accessible(phone.page, 'an old link')
  const given = async () => {
    await host.call('copy_link', { id })
    return (await host.clipboard()) ?? ''
  }
  // The page may know of it sooner than the window.
  await expect.poll(given).not.toBe(link)
  const another = await given()
  expect((await phone.page.goto(link))?.status()).toBe(404)
  await page.goto(host.url)
  await comes(phone, page, another)
})

test('a page that is looked at says so every ten seconds, and one in the background never', async ({ page, begin, copied, client }) => {
  await begin()
  const phone = await client()
  const link = await copied()
  // The page's own time: what it does in half a minute is done in an instant.
  await phone.page.clock.install({ time: new Date() })
  await comes(phone, page, link)
  await phone.page.clock.pauseAt(await phone.page.evaluate(() => Date.now() + 5000))
  // What the page has sent so far is known here, and what it was answered there: the next one is counted from that.
  const settled = async () => {
    await phone.page.evaluate(() => fetch('/health'))
    await expect.poll(() => phone.answered, { intervals: [20] }).toBe(phone.of('here').length)
    await phone.page.evaluate(() => fetch('/health'))
  }
  const next = async () => {
    const before = phone.of('here').length
    for (let seconds = 1; seconds <= 20; seconds++) {
      await phone.page.clock.runFor(1000)
      await settled()
      if (phone.of('here').length > before) return seconds
    }
    return Infinity
  }
  await settled()
  await next()
  for (const seconds of [await next(), await next()]) {
    expect(seconds).toBeGreaterThanOrEqual(9)
    expect(seconds).toBeLessThanOrEqual(12)
  }

  await phone.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await settled()
  const [here, polls] = [phone.of('here').length, phone.of('state').length]
  await phone.page.clock.runFor(60_000)
  await settled()
  expect([phone.of('here').length, phone.of('state').length]).toEqual([here, polls])
  await phone.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'visible' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await expect.poll(() => phone.of('here').length).toBe(here + 1)
})

test('without scripts the page says the time and, once it is open, leads in', async ({ host, page, begin, copied, client }) => {
  const { id, link: room } = await begin()
  const link = await copied()
  const phone = await client('ru', { scripts: false })
  await phone.page.goto(link)
  await expect(phone.page.locator('time')).toContainText('понедельник, 23 ноября, 14:00')
  await expect(phone.page.getByText('Когда можно будет войти, здесь появится ссылка.')).toBeVisible()
  expect(phone.of('here')).toEqual([])
  await expect(hero(page)).not.toContainText(/waits on the page/i)
  await host.call('admit', { id })
  await phone.page.getByRole('link', { name: 'Обновить сейчас' }).click()
  await expect(phone.page.getByRole('link', { name: 'Войти' })).toHaveAttribute('href', room!)
})

test('the page is walked by the keyboard alone', async ({ page, begin, copied, client }) => {
  const { link: room } = await begin()
  const phone = await client()
  await comes(phone, page, await copied())
  const focused = () => phone.page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
  const reach = async (name: string) => {
    const limit = await phone.page.locator('a, button, input').count()
    for (let step = 0; step <= limit && (await focused()) !== name; step++) await phone.page.keyboard.press('Tab')
    await expect.poll(focused).toBe(name)
  }
  await reach(phone.words.ten)
  await phone.page.keyboard.press('Enter')
  await expect(hero(page)).toContainText('10 min late')
  await hero(page).getByRole('button', { name: 'Let in' }).click()
  await expect(phone.door).toBeFocused()
  await phone.page.keyboard.press('Enter')
  await expect(phone.page).toHaveURL(room!)
})
