import { Held } from './support/held.ts'
import { accessible } from './support/screens.ts'
import { expect, test as base, type MadeConference, type Page } from './support/services.ts'
import { hero, toast } from './support/test.ts'
import type { ConsultationView } from '../../ui/src/generated/ConsultationView.ts'
import type { RoomWishes } from '../../ui/src/generated/RoomWishes.ts'

/** With an account at Telemost, whose rooms are the usual ones. */
const test = base.extend<{
  rooms: {
    /** A room for a consultation at 14:00, and what Telemost knows of it. */
    make: (wishes?: Partial<RoomWishes>) => Promise<{ consultation: ConsultationView; conference: MadeConference }>
  }
}>({
  rooms: async ({ host, services }, use) => {
    await services.connectRooms(host)
    await use({
      make: async (wishes = {}) => {
        const before = (await services.conferences()).map(({ id }) => id)
        const room = { waiting_room: null, cohosts: [], summary: false, broadcast: null, ...wishes }
        const consultation = await host.plan({ provider: 'telemost', room })
        return { consultation, conference: await services.conference(...before) }
      },
    })
  },
})

const create = (page: Page) => page.getByRole('button', { name: 'Create and copy link' })
const room = (page: Page) => page.getByRole('region', { name: 'Room', exact: true })

/** The form of a new consultation at 15:30, with a room at Telemost. */
async function begin(page: Page, url: string) {
  await page.goto(`${url}/#/new`)
  await page.getByRole('radio', { name: 'Yandex Telemost' }).check({ force: true })
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  await page.getByLabel('Time', { exact: true }).fill('15:30')
}

test('a room is made with what was chosen, and its link is copied', async ({ host, page, rooms: _, services }) => {
  await services.connectCalendar(host)
  await begin(page, host.url)
  await expect(page.getByLabel('Client’s link')).toHaveText('It comes with the room, when the consultation is created.')
  await expect(page.getByRole('combobox', { name: 'Waiting room' })).toHaveValue('0')
  await page.getByRole('combobox', { name: 'Waiting room' }).selectOption('Outsiders wait')
  await page.getByRole('button', { name: /^More/ }).click()
  const cohosts = page.getByRole('combobox', { name: 'Co-hosts' })
  await cohosts.fill('Зимина')
  await page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option').first().click()
  await cohosts.fill('somebody@org.example')
  await cohosts.press('Enter')
  await cohosts.fill('nobody@org.example')
  await cohosts.press('Enter')
  await accessible(page, 'the form of a room')
  await create(page).click()

  // Nobody of that address: nothing is made, and only the unknown one is to be removed.
  await expect(cohosts).toHaveAccessibleDescription(/There are no accounts with these addresses: \u2068?nobody@org\.example/)
  await expect(cohosts).toBeFocused()
  await expect.poll(() => services.conferences()).toEqual([])
  await accessible(page, 'an unknown co-host')
  await page.getByRole('button', { name: 'Remove nobody@org.example' }).click()
  await create(page).click()

  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
  await expect(hero(page)).toContainText('Maria K.')
  const made = await services.conference()
  expect(made).toMatchObject({ waiting_room_level: 'ORGANIZATION', is_auto_summarization_enabled: false, live_stream: null })
  expect(made.cohosts).toEqual([expect.stringMatching(/^colleague\d+@org\.example$/), 'somebody@org.example'])
  await expect.poll(() => host.clipboard()).toBe(`https://telemost.yandex.ru/j/${made.id}`)
})

test('when the answer is lost nothing is sent again by itself, and another room is made on one’s word', async ({
  host,
  page,
  rooms: _,
  services,
}) => {
  await services.telemost.next('conference.create', 'lost')
  await begin(page, host.url)
  await create(page).click()
  const banner = page.getByRole('alert').filter({ hasText: 'The room may have been made' })
  await expect(banner).toBeFocused()
  await expect(create(page)).toBeDisabled()
  await accessible(page, 'a room that may have been made')
  const lost = await services.conference()
  await banner.getByRole('button', { name: 'Make a new room' }).click()
  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
  const second = await services.conference(lost.id)
  await expect.poll(() => host.clipboard()).toBe(`https://telemost.yandex.ru/j/${second.id}`)
})

test('when the answer is lost, the link that Telemost shows can be pasted', async ({ host, page, rooms: _, services }) => {
  await services.telemost.next('conference.create', 'lost')
  await begin(page, host.url)
  await create(page).click()
  await page.getByRole('button', { name: 'Paste a link', exact: true }).click()
  const link = page.getByRole('textbox', { name: 'Client’s link' })
  await expect(link).toBeFocused()
  const { id } = await services.conference()
  await link.fill(`https://telemost.yandex.ru/j/${id}`)
  await create(page).click()
  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
  await expect(hero(page)).toContainText('15:30–16:20')
  await expect.poll(() => host.clipboard()).toBe(`https://telemost.yandex.ru/j/${id}`)
  await expect.poll(() => services.conferences()).toHaveLength(1)
})

test('a broadcast has a link of its own for those who watch', async ({ host, page, rooms: _, services }) => {
  await begin(page, host.url)
  await page.getByRole('button', { name: /^More/ }).click()
  await page.getByRole('switch', { name: 'Broadcast' }).click()
  await page.getByLabel('Title for viewers').fill('How to sleep')
  await page.getByLabel('Description').fill('Questions at the end')
  await page.getByRole('radio', { name: 'Organisation only' }).check({ force: true })
  await accessible(page, 'the form of a broadcast')
  await create(page).click()
  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
  const { id, live_stream } = await services.conference()
  expect(live_stream).toMatchObject({ title: 'How to sleep', description: 'Questions at the end', access_level: 'ORGANIZATION' })
  const speakers = `https://telemost.yandex.ru/j/${id}`
  await expect.poll(() => host.clipboard()).toBe(speakers)
  await page.getByRole('button', { name: 'Copy viewers’ link' }).click()
  await expect.poll(() => host.clipboard()).toBe(live_stream?.watch_url)

  await page.goto(`${host.url}/#/consultation/${(await host.state()).hero?.id}`)
  await expect(page.getByRole('heading', { name: 'Speakers’ link' })).toBeVisible()
  await accessible(page, 'a broadcast')
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect.poll(() => host.clipboard()).toBe(speakers)
  await page.getByRole('button', { name: 'Copy viewers’ link' }).click()
  await expect.poll(() => host.clipboard()).toBe(live_stream?.watch_url)
})

test('a plan without broadcasts is told of, and what was typed stays', async ({ host, page, services }) => {
  await services.yandex.edit('account', 'change', { login: 'specialist', set: { streams: false } })
  await services.connectRooms(host)
  await begin(page, host.url)
  await page.getByRole('button', { name: /^More/ }).click()
  await page.getByRole('switch', { name: 'Broadcast' }).click()
  await page.getByLabel('Title for viewers').fill('How to sleep')
  await create(page).click()
  await expect(page.getByRole('alert')).toHaveText(/^The organisation’s plan does not include this\./)
  await expect(page.getByLabel('Title for viewers')).toHaveValue('How to sleep')
  await expect.poll(() => services.conferences()).toEqual([])
})

test('a room is changed here, and so it is there', async ({ host, page, rooms, services }) => {
  const { consultation, conference } = await rooms.make({ cohosts: ['first@org.example'] })
  expect(conference.waiting_room_level).toBe('ADMINS')
  await page.goto(`${host.url}/#/consultation/${consultation.id}`)
  await room(page).getByRole('link', { name: 'Change…' }).click()
  await page.getByRole('combobox', { name: 'Waiting room' }).selectOption('Nobody waits')
  await page.getByRole('button', { name: 'Remove first@org.example' }).click()
  await page.getByRole('combobox', { name: 'Co-hosts' }).fill('second@org.example')
  await accessible(page, 'changing a room')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(toast(page, 'Room changed')).toBeVisible()
  await expect(room(page)).toContainText('Nobody waits')
  await expect(room(page)).toContainText('second@org.example')
  await expect.poll(() => services.conference()).toMatchObject({ waiting_room_level: 'PUBLIC', cohosts: ['second@org.example'] })
  await room(page).getByRole('button', { name: 'Compare with Yandex Telemost' }).click()
  await expect(page.getByText('Kabinet and Yandex Telemost say the same.')).toBeVisible()
})

test('what was changed at the service is compared, and taken from either side', async ({ host, page, rooms, services }) => {
  const { consultation, conference } = await rooms.make({ cohosts: ['first@org.example'] })
  const { id } = conference
  const change = (set: object) => services.telemost.edit('conference', 'change', { id, set })
  await change({ waiting_room_level: 'PUBLIC', cohosts: ['first@org.example', 'other@org.example'] })
  await page.goto(`${host.url}/#/consultation/${consultation.id}`)
  const compare = room(page).getByRole('button', { name: 'Compare with Yandex Telemost' })
  await compare.click()
  const differs = page.getByRole('table', { name: 'What differs' })
  await expect(differs.getByRole('cell')).toHaveText([
    'Everybody waits',
    'Nobody waits',
    'first@org.example',
    /first@org\.example\s+other@org\.example/,
  ])
  await accessible(page, 'a room that differs')
  await page.getByRole('button', { name: 'Take theirs' }).click()
  await expect(page.getByText('Kabinet and Yandex Telemost say the same.')).toBeVisible()
  await expect(room(page)).toContainText('Nobody waits')
  await expect(room(page)).toContainText('other@org.example')

  await change({ waiting_room_level: 'ORGANIZATION' })
  await compare.click()
  await expect(differs.getByRole('cell')).toHaveText(['Nobody waits', 'Outsiders wait'])
  await page.getByRole('button', { name: 'Keep mine' }).click()
  await expect(page.getByText('Kabinet and Yandex Telemost say the same.')).toBeVisible()
  await expect.poll(async () => (await services.conference()).waiting_room_level).toBe('PUBLIC')
})

test('a room that was deleted at the service is told of, and another is made', async ({ host, page, rooms, services }) => {
  const { consultation, conference } = await rooms.make()
  await services.telemost.edit('conference', 'delete', { id: conference.id })
  await page.goto(`${host.url}/#/consultation/${consultation.id}`)
  await room(page).getByRole('button', { name: 'Compare with Yandex Telemost' }).click()
  await expect(page.getByText('The service does not have this room any more.')).toBeVisible()
  await accessible(page, 'a room that is gone')

  await page.goto(`${host.url}/#/`)
  const notice = page.getByText(/^The service does not have the room for \S+ any more\./)
  await notice.locator('..').getByRole('link', { name: 'Details' }).click()
  await room(page).getByRole('button', { name: 'Compare with Yandex Telemost' }).click()
  await page.getByRole('link', { name: 'Make a new room' }).click()
  await expect(page.getByLabel('Client’s link')).toHaveText(/^It comes with the new room, when you save\./)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(toast(page, 'Changes saved')).toBeVisible()
  const { id } = await services.conference()
  await expect(page.getByText(`telemost.yandex.ru/j/${id}`)).toBeVisible()
  await expect.poll(async () => (await host.call('consultation', { id: consultation.id })).link).toBe(`https://telemost.yandex.ru/j/${id}`)
})

test('while a room is made its form rests, also when another is made on one’s word', async ({ host, page, rooms: _, services }) => {
  await services.telemost.next('conference.create', 'lost')
  await begin(page, host.url)
  const making = page.getByRole('contentinfo').getByRole('button', { name: 'Making the room…' })
  const time = page.getByLabel('Time', { exact: true })
  const held = await Held.hold(page, 'create_consultation')
  await time.press('Enter')
  await held.waits()
  await expect(making).toBeFocused()
  await held.answer()
  await page.getByRole('button', { name: 'Make a new room' }).click()
  await held.waits()
  await expect(making).toBeFocused()
  await time.focus()
  await page.keyboard.type('1')
  await expect(time).toHaveValue('15:30')
  await held.answer()
  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
  expect(held.asked).toHaveLength(2)
})

test('while a room is changed its form rests', async ({ host, page, rooms }) => {
  const { consultation } = await rooms.make()
  await page.goto(`${host.url}/#/room/${consultation.id}`)
  const waiting = page.locator('#change-room select')
  await waiting.selectOption('Nobody waits')
  const held = await Held.hold(page, 'change_room')
  await page.getByRole('button', { name: 'Save' }).click()
  await held.waits()
  await expect(page.getByRole('button', { name: 'Save' })).toBeFocused()
  await waiting.focus()
  await page.keyboard.press('ArrowUp')
  await expect(waiting).toHaveValue('2')
  await expect(page.locator('#change-room')).toHaveJSProperty('inert', true)
  await held.refuse('room_not_allowed')
  await expect(page.locator('#change-room')).toHaveJSProperty('inert', false)
})

test('a room that could not be changed is told of on whatever screen one is by then', async ({ host, page, rooms }) => {
  const { consultation } = await rooms.make()
  await page.goto(`${host.url}/#/room/${consultation.id}`)
  await page.locator('#change-room select').selectOption('Outsiders wait')
  const held = await Held.hold(page, 'change_room')
  await page.getByRole('button', { name: 'Save' }).click()
  await held.waits()
  await page.goto(`${host.url}/#/consultation/${consultation.id}`)
  await expect(room(page)).toContainText('Everybody waits')
  await held.refuse('room_gone')
  await expect(toast(page, 'The service does not have this room any more.')).toBeVisible()
})
