import { guest, ReportedRoom, Room } from './support/rooms.ts'
import { Held } from './support/held.ts'
import { expect, group, hero, test, type Page } from './support/test.ts'

/** Everything that the page holds, shown or not: text, attributes, values of fields, the title. */
const whole = (page: Page) =>
  page.evaluate(() => {
    const typed = [...document.querySelectorAll('input, textarea')].map((field) => (field as HTMLInputElement).value)
    return [document.title, document.documentElement.outerHTML, ...typed].join('\n')
  })

const SCREENS = (id: string) => ['', 'new', 'search', 'settings', 'connections', `consultation/${id}`, `change/${id}`, `repeat/${id}`]
const TITLES: Record<string, string> = {
  '': 'Today',
  new: 'New consultation',
  search: 'History',
  settings: 'Settings',
  connections: 'Connections',
  consultation: 'Consultation',
  change: 'Change consultation',
  repeat: 'New consultation',
}

/** The screen itself, and no longer the one before. */
const stands = (page: Page, screen: string) =>
  expect(page.getByRole('heading', { level: 1, name: TITLES[screen.split('/')[0] ?? ''], exact: true })).toBeVisible()

test('hidden names are nowhere in the page, the tray or a notification', async ({ host, page }) => {
  const { id, room } = await host.plan({ client: 'Zinaida Arkhipova', note: 'sister of Zinaida' })
  const pasted = await host.plan({ client: 'Dmitry Zinaidov', time: '15:30', link: 'https://meet.example.org/for-zinaida' })
  await host.set({ privacy: 'full' })
  const reported = new ReportedRoom(host, { room })
  await reported.joins(reported.someone('Zinaida at the door'))
  await expect(hero(page)).toContainText('Zinaida Arkhipova')
  await expect.poll(async () => (await host.standing())[0]?.title).toBe('Zinaida Arkhipova is in the room')

  await page.getByRole('button', { name: 'Hide names' }).click()
  await expect(hero(page).getByRole('heading')).toHaveText('Client hidden')
  await expect(page.getByRole('button', { name: 'Hide names' })).toHaveAttribute('aria-pressed', 'true')
  for (const screen of [...SCREENS(id), `consultation/${pasted.id}`, `change/${pasted.id}`]) {
    await page.goto(`${host.url}/#/${screen}`)
    await stands(page, screen)
    if (screen === 'search') {
      await page.getByRole('searchbox').fill('Zinaida')
      await expect(page.getByRole('status').filter({ hasText: 'Nothing found' })).toBeVisible()
      await page.getByRole('searchbox').fill('')
    }
    expect(await whole(page), screen).not.toMatch(/zinaid/i)
  }
  await expect.poll(async () => (await host.standing())[0]?.title).toBe('A client is in the room')
  expect(JSON.stringify(await host.tray())).not.toMatch(/zinaid/i)
  expect(JSON.stringify(await host.state())).not.toMatch(/zinaid/i)
  await page.goto(`${host.url}/#/consultation/${id}`)
  await expect(page.getByText('Hidden together with the names.')).toBeVisible()
  await page.goto(`${host.url}/#/consultation/${pasted.id}`)
  await expect(page.getByText('This link is not shown while names are hidden.')).toBeVisible()
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect.poll(() => host.clipboard()).toBe(pasted.link)
  expect(host.log).not.toMatch(/zinaid/i)

  await page.goto(`${host.url}/#/change/${id}`)
  await page.getByRole('button', { name: 'Show names' }).click()
  await expect(page.getByLabel('Client', { exact: true })).toHaveValue('Zinaida Arkhipova')
})

test('a consultation of another day loses its names at once, however slow the answer is', async ({ host, page }) => {
  const draft = { client: 'Zinaida Arkhipova', note: 'sister of Zinaida' }
  const { id } = await host.plan({ ...draft, link: 'https://meet.example.org/for-zinaida' })
  await expect(hero(page)).toContainText('Zinaida Arkhipova')
  // So long ago that no list holds it.
  await host.advance(30 * 24 * 60)
  await expect(hero(page)).toHaveCount(0)
  await page.goto(`${host.url}/#/consultation/${id}`)
  await expect(page.getByRole('heading', { level: 2, name: 'Zinaida Arkhipova' })).toBeVisible()
  const slow = await Held.hold(page, 'consultation')
  await host.set({ hide_names: true })
  await expect(page.getByRole('heading', { level: 2, name: 'Client hidden' })).toBeVisible()
  expect(await whole(page)).not.toMatch(/zinaid/i)
  await expect(page.getByText('This link is not shown while names are hidden.')).toBeVisible()
  await slow.letGo()
})

test('what was searched for is gone from the field once names are hidden', async ({ host, page }) => {
  await host.plan({ client: 'Zinaida Arkhipova' })
  await host.plan({ client: 'Maria K.', time: '16:00' })
  await page.goto(`${host.url}/#/search`)
  const found = page.getByRole('main').getByRole('status')
  await page.getByRole('searchbox').fill('Zinaida')
  await expect(found).toHaveText('1 consultation')
  await host.set({ hide_names: true })
  await expect(page.getByRole('searchbox')).toHaveValue('')
  await expect(found).toHaveText('2 consultations')
  expect(await whole(page)).not.toMatch(/zinaid/i)

  await host.set({ hide_names: false })
  await expect(page.getByRole('main')).toContainText('Zinaida')
  await page.getByRole('searchbox').fill('Zinaida')
  await expect(found).toHaveText('1 consultation')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible()
  await page.getByRole('button', { name: 'Hide names' }).click()
  await expect(page.getByRole('button', { name: 'Hide names' })).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.press('Control+f')
  await expect(page.getByRole('searchbox')).toHaveValue('')
})

test('an arrival under hidden names is announced without one', async ({ host, page }) => {
  await host.set({ hide_names: true })
  const consultation = await host.plan({ client: 'Zinaida Arkhipova' })
  await new Room(host, consultation).joins(guest())
  await expect(page.locator('.sr-only[aria-live=polite]')).toHaveText('The client is there')
})

for (const [privacy, title, body, buttons] of [
  ['full', 'Maria K. is in the room', 'Consultation at 14:00', ['Join', 'In 5 minutes']],
  ['no_name', 'A client is in the room', 'Consultation at 14:00', ['Join', 'In 5 minutes']],
  ['discreet', 'Kabinet', 'There is news', ['Open']],
] as const) {
  test(`a notification of the level ${privacy} says no more than that`, async ({ host, page }) => {
    await page.goto(`${host.url}/#/settings`)
    const label = { full: 'The client’s name', no_name: 'No name', discreet: 'Next to nothing' }[privacy]
    await page.getByRole('radio', { name: label }).check()
    await expect.poll(async () => (await host.state()).settings.privacy).toBe(privacy)
    const consultation = await host.plan()
    await new Room(host, consultation).joins(guest())
    await expect.poll(() => host.standing()).toMatchObject([{ title, body, buttons }])
  })
}

test('no name, room or link reaches the log', async ({ host, page }) => {
  const consultation = await host.plan({ client: 'Zinaida Arkhipova' })
  const room = new Room(host, consultation)
  await room.joins(guest())
  await hero(page).getByRole('button', { name: 'Join the room' }).click()
  await expect.poll(() => host.opened()).toHaveLength(1)
  await page.goto('about:blank')
  await host.stop()
  expect(host.log).not.toContain('Zinaida')
  expect(host.log).not.toContain(consultation.room)
})

const HOSTILE = {
  markup: '<img src=x onerror="document.title=`broken`"><b>bold</b>&amp;',
  'a phrase’s braces': '{ $minutes } { -term }',
  'another direction': 'مريم\u202E نورا \u2066abc',
  emoji: '👩‍👩‍👧‍👦🇷🇺 Zoë',
  'a word without end': 'Ы'.repeat(200),
}

for (const [kind, name] of Object.entries(HOSTILE)) {
  test(`a name with ${kind} is text, in the list and at the door`, async ({ host, page }) => {
    await page.goto(`${host.url}/#/new`)
    await page.getByLabel('Client', { exact: true }).fill(name)
    await expect(page.getByLabel('Client’s link')).toHaveText(/konsultaciya/)
    await page.getByRole('button', { name: 'Create and copy link' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible()
    const { client, room } = (await host.state()).hero ?? { client: null, room: '' }
    expect(client).not.toBeNull()
    // Marks that turn the writing direction of what follows are dropped; everything else stays.
    expect(client).toBe(name.replace(/[\u202E\u2066]/g, '').slice(0, client?.length))
    await expect(hero(page).getByRole('heading')).toHaveText(client ?? '')

    const reported = new ReportedRoom(host, { room })
    await reported.joins(reported.someone(`${name} door`))
    await expect(hero(page).getByRole('listitem')).toContainText('In the room')
    await expect(page.locator('main img, main b')).toHaveCount(0)
    await expect(page).toHaveTitle('Kabinet')
    const wider = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    await expect.poll(wider).toBeLessThanOrEqual(0)
    await page.setViewportSize({ width: 360, height: 700 })
    await expect.poll(wider).toBeLessThanOrEqual(0)

    await host.plan({ client: name, time: '15:30' })
    await expect(group(page, 'Later today').getByRole('listitem')).toBeVisible()
    await expect.poll(wider).toBeLessThanOrEqual(0)
  })
}

test('a notification carries a hostile name as text', async ({ host }) => {
  await host.set({ privacy: 'full' })
  const consultation = await host.plan({ client: HOSTILE.markup })
  await new Room(host, consultation).joins(guest())
  await expect.poll(async () => (await host.standing())[0]?.title).toBe(`${HOSTILE.markup} is in the room`)
})
