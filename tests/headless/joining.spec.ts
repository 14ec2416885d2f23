import type { Host } from './support/host.ts'
import { Held } from './support/held.ts'
import { guest, Room } from './support/rooms.ts'
import { expect, group, hero, test, toast, type Page } from './support/test.ts'
import { read } from './support/token.ts'

/** The address that the browser was given last. */
async function opened(host: Host): Promise<URL> {
  await expect.poll(() => host.opened()).not.toEqual([])
  return new URL((await host.opened()).at(-1) ?? '')
}

/** What stands behind the `#`, undecoded. */
function fragment(url: URL): Map<string, string> {
  return new Map(
    url.hash
      .slice(1)
      .split('&')
      .map((pair) => pair.split('=') as [string, string]),
  )
}

/** As Jitsi reads it: JSON after percent-decoding. */
const displayName = (url: URL) => JSON.parse(decodeURIComponent(fragment(url).get('userInfo.displayName') ?? '')) as unknown

/** Behind the `#` too, where no server's log sees it. */
function tokenOf(url: URL): string | undefined {
  expect(url.search).toBe('')
  return fragment(url).get('jwt')
}

const APP = { app_id: 'practice', app_secret: 'a secret of the server and us' }

function withToken(host: Host) {
  return host.call('save_connection', {
    provider: 'jitsi',
    values: { base_url: 'https://meet.example.org', app_id: APP.app_id },
    secrets: { app_secret: APP.app_secret },
  })
}

test('Join opens the very room, with the name, and leaves camera and microphone alone', async ({ host, page }) => {
  const { link } = await host.plan()
  await hero(page).getByRole('button', { name: 'Join the room' }).click()
  const url = await opened(host)
  expect(url.origin + url.pathname).toBe(link)
  expect(displayName(url)).toBe('Elena Sokolova')
  expect(url.href).not.toContain('prejoin')
  expect(url.href).not.toContain('startWith')
  expect(url.href).not.toContain('disableInitialGUM')
  // The client's link carries none of it.
  await hero(page).getByRole('button', { name: 'Link: copy' }).click()
  await expect.poll(() => host.clipboard()).toBe(link)
})

test('a name with quotes and signs of a link arrives whole', async ({ host, page }) => {
  await host.set({ specialist_name: 'Анна "А=Б" & Co #1 😀' })
  await host.plan()
  await hero(page).getByRole('button', { name: 'Join the room' }).click()
  expect(displayName(await opened(host))).toBe('Анна "А=Б" & Co #1 😀')
})

test('a browser that does not open is told, with what to do', async ({ host, page }) => {
  await host.plan()
  await host.breakDesktop({ browser: false })
  await hero(page).getByRole('button', { name: 'Join the room' }).click()
  await expect(toast(page, 'No browser could be opened. Copy the link and open it yourself.')).toBeVisible()
  await page.goto(`${host.url}/#/new`)
  await expect(page.getByRole('heading', { level: 1, name: 'New consultation' })).toBeVisible()
  await expect(toast(page, /No browser/)).toHaveCount(0)
})

test('Join pressed twice opens the room once, from the card and from a row', async ({ host, page }) => {
  const first = await host.plan()
  const second = await host.plan({ client: 'Dmitry L.', time: '15:30' })
  await new Room(host, first).joins(guest())
  await host.advance(1)
  await new Room(host, second).joins(guest())
  const join = await Held.hold(page, 'join')
  const card = hero(page).getByRole('button', { name: 'Join the room' })
  const row = group(page, 'Later today').getByRole('button', { name: 'Join' })
  await expect(row).toBeVisible()
  for (const button of [card, row]) {
    await button.dblclick()
    await expect(button).toHaveAttribute('aria-busy', 'true')
  }
  await join.waits(2)
  expect(join.asked).toEqual([{ id: first.id }, { id: second.id }])
  await join.answer(1)
  await join.answer()
  await expect(card).not.toHaveAttribute('aria-busy')
  await expect.poll(() => host.opened()).toHaveLength(2)
})

test.describe('where the server uses tokens', () => {
  // Saving asks the server how it is, and this one is nowhere.
  test.slow()

  test('none is made six minutes before, a fresh one of that room alone five minutes before', async ({ host, page }) => {
    await withToken(host)
    const consultation = await host.plan()
    const join = hero(page).getByRole('button', { name: 'Join the room' })

    await host.advance(13) // 13:53
    await join.click()
    expect(tokenOf(await opened(host))).toBeUndefined()

    await host.advance(2.1) // 13:55
    await join.click()
    await expect.poll(async () => (await host.opened()).length).toBe(2)
    const token = tokenOf(await opened(host))
    const claims = read(token ?? '', APP.app_secret)
    const starts = Date.parse(consultation.starts_at) / 1000
    const ends = Date.parse(consultation.ends_at) / 1000
    expect(claims).toMatchObject({ iss: 'practice', aud: 'jitsi', sub: '*', room: consultation.room })
    expect(claims.room).not.toBe('*')
    expect(claims.context.user).toMatchObject({ name: 'Elena Sokolova', moderator: true })
    expect(claims.context.user.id).not.toBe('')
    expect(claims.nbf).toBe(starts - 5 * 60)
    expect(claims.exp).toBeGreaterThan(ends)
    expect(claims.exp).toBeLessThanOrEqual(ends + 60 * 60)

    await host.advance(1)
    await join.click()
    await expect.poll(async () => (await host.opened()).length).toBe(3)
    expect(tokenOf(await opened(host))).not.toBe(token)
  })

  test('the client never gets one, and neither does a room that is over', async ({ host, page }) => {
    await withToken(host)
    const { id, link } = await host.plan()
    await host.advance(20)
    await host.call('copy_link', { id })
    await expect.poll(() => host.clipboard()).toBe(link)
    expect(link).not.toContain('jwt')
    await host.advance(50 + 61)
    await page.goto(`${host.url}/#/consultation/${id}`)
    await page.getByRole('button', { name: 'Join the room' }).click()
    expect(tokenOf(await opened(host))).toBeUndefined()
  })

  test('a link to another server is opened as it was pasted', async ({ host, page }) => {
    await withToken(host)
    await host.plan({ link: 'https://elsewhere.example.net/konsultaciya-23nov-k7q2mxw4t9ab' })
    await host.advance(20)
    await hero(page).getByRole('button', { name: 'Join the room' }).click()
    await expect.poll(async () => (await opened(host)).href).toBe('https://elsewhere.example.net/konsultaciya-23nov-k7q2mxw4t9ab')
  })
})

/** With an account at the server, and the page of a consultation open. */
async function withAccount(host: Host, page: Page) {
  await host.settle()
  await host.call('save_connection', {
    provider: 'jitsi',
    values: { base_url: 'https://meet.example.org', login: 'elena@meet.example.org' },
    secrets: { password: 'correct horse' },
  })
  const { id } = await host.plan()
  await page.goto(`${host.url}/#/consultation/${id}`)
}

test('login and password are copied; the password leaves after 30 seconds, and nothing else does', async ({ start, page, context }) => {
  test.slow()
  const [host, other] = await Promise.all([start(), start()])
  await withAccount(host, page)
  await page.getByRole('button', { name: 'Login' }).click()
  await expect(toast(page, 'Login copied')).toBeVisible()
  await expect.poll(() => host.clipboard()).toBe('elena@meet.example.org')
  const copied = Date.now()
  await page.getByRole('button', { name: 'Password' }).click()
  await expect(toast(page, 'Password copied. It leaves the clipboard in 30 seconds.')).toBeVisible()
  await expect.poll(() => host.clipboard()).toBe('correct horse')
  await expect(page.locator('body')).not.toContainText('correct horse')

  // Elsewhere something else is copied after it.
  const window = await context.newPage()
  await withAccount(other, window)
  await window.getByRole('button', { name: 'Password' }).click()
  await expect.poll(() => other.clipboard()).toBe('correct horse')
  const elsewhere = Date.now()
  await window.getByRole('button', { name: 'Copy link' }).click()
  await expect.poll(() => other.clipboard()).toMatch(/^https:/)

  await expect.poll(() => host.clipboard(), { timeout: 40_000, intervals: [500] }).toBeNull()
  expect(Date.now() - copied).toBeGreaterThan(29_000)
  await expect.poll(() => Date.now() - elsewhere, { timeout: 40_000, intervals: [500] }).toBeGreaterThan(32_000)
  await expect.poll(() => other.clipboard()).toMatch(/^https:/)
})

test('a password that is copied again stays its full time from then on', async ({ start }) => {
  test.slow()
  const host = await start()
  await host.settle()
  await host.call('save_connection', {
    provider: 'jitsi',
    values: { base_url: 'https://meet.example.org', login: 'elena@meet.example.org' },
    secrets: { password: 'correct horse' },
  })
  const { id } = await host.plan()
  await host.call('copy_password', { id })
  const first = Date.now()
  await expect.poll(() => Date.now() - first, { timeout: 40_000, intervals: [500] }).toBeGreaterThan(20_000)
  await host.call('copy_password', { id })
  await expect.poll(() => Date.now() - first, { timeout: 40_000, intervals: [500] }).toBeGreaterThan(31_000)
  await expect.poll(() => host.clipboard()).toBe('correct horse')
  await expect.poll(() => host.clipboard(), { timeout: 40_000, intervals: [500] }).toBeNull()
})
