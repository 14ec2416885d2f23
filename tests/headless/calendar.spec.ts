import { accessible } from './support/screens.ts'
import { Held } from './support/held.ts'
import { expect, test as base, type Page, type PortalEvent } from './support/services.ts'
import { group, hero, toast } from './support/test.ts'
import type { ConsultationView } from '../../ui/src/generated/ConsultationView.ts'

/** With the portal's calendar connected, names in it, and a consultation at 14:00 that stands there. */
const test = base.extend<{ written: { consultation: ConsultationView; entry: PortalEvent; move: (time: string) => Promise<unknown> } }>({
  written: async ({ host, services }, use) => {
    await services.connectCalendar(host)
    const consultation = await host.plan()
    await expect.poll(() => services.entries()).toHaveLength(1)
    // Until the answer has been heard, nothing that changes there is news.
    await expect.poll(async () => (await host.call('consultation', { id: consultation.id })).calendar?.state).toBe('written')
    const [entry] = await services.entries()
    if (!entry) throw new Error('the entry is gone')
    const move = (time: string) =>
      services.portal.edit('event', 'change', {
        id: entry.id,
        set: { from: `2026-11-23 ${time}:00`, to: `2026-11-23 ${time.slice(0, 2)}:50:00`, timezone_from: 'Europe/Moscow', timezone_to: 'Europe/Moscow' },
      })
    await use({ consultation, entry, move })
  },
})

const at = (time: string) => Date.parse(`2026-11-23T${time}:00+03:00`) / 1000
const entry = (page: Page) => page.getByRole('region', { name: 'Calendar', exact: true })

test('a portal is connected by its webhook, its calendar is chosen, and what is planned stands there', async ({ host, page, services }) => {
  await page.goto(`${host.url}/#/connection/bitrix24`)
  await page.getByText('Without signing in: webhook address').click()
  await page.getByLabel('Webhook address').fill(services.webhook)
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect(page.getByRole('group', { name: 'Анна Примерова' })).toContainText('works')
  expect(await page.content()).not.toContain(services.webhook)
  await expect(page.getByText('Choose a calendar: until then nothing is written.')).toBeVisible()
  await page.getByRole('radio', { name: 'Консультации' }).check()
  await page.getByLabel('Remind in the calendar').last().selectOption('30 minutes before')
  await accessible(page, 'a chosen calendar')

  await page.goto(`${host.url}/#/new`)
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  await page.getByLabel('Time', { exact: true }).fill('15:30')
  await expect(page.getByRole('switch', { name: 'In the calendar' })).toBeChecked()
  const invited = page.getByRole('combobox', { name: 'Invited colleagues' })
  // One of five hundred.
  await invited.fill('Мухина')
  const suggested = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option')
  await expect(suggested.first()).toContainText('Мухина')
  await accessible(page, 'colleagues are suggested')
  const who = (await suggested.first().locator('bdi').textContent()) ?? ''
  await suggested.first().click()
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()

  await expect.poll(() => services.entries()).toHaveLength(1)
  const [made] = await services.entries()
  const link = await host.clipboard()
  expect(made).toMatchObject({ name: 'Consultation', starts: at('15:30'), ends: at('16:20'), zone_from: 'Europe/Moscow', location: link })
  expect(Object.keys(made?.attendees ?? {})).toHaveLength(2)
  expect(made?.remind).toEqual([expect.objectContaining({ count: 30 })])

  await page.goto(`${host.url}/#/consultation/${(await host.state()).hero?.id}`)
  await expect(entry(page)).toContainText('In the calendar · “Консультации”')
  await expect(entry(page)).toContainText(who)
  await accessible(page, 'a consultation in the calendar')
})

test('what is moved there moves here when both are compared', async ({ host, page, written }) => {
  await written.move('16:00')
  await page.goto(`${host.url}/#/connection/bitrix24`)
  await page.getByRole('button', { name: 'Compare now' }).click()
  await expect(page.getByText('Compared just now.').last()).toBeVisible()
  await page.goto(`${host.url}/#/`)
  await expect(hero(page)).toContainText('16:00–16:50')
})

test('what is deleted there is cancelled here', async ({ host, page, services, written }) => {
  await services.portal.edit('event', 'delete', { id: written.entry.id })
  await host.call('sync_calendar', {})
  await page.goto(`${host.url}/#/consultation/${written.consultation.id}`)
  await expect(page.getByRole('region', { name: 'Maria K.' })).toContainText(/cancelled/i)
})

for (const { side, press, here, there } of [
  { side: 'ours', press: 'Keep mine', here: '15:00–15:50', there: '15:00' },
  { side: 'theirs', press: 'Take the calendar’s', here: '17:00–17:50', there: '17:00' },
] as const) {
  test(`moved on both sides, it is told and decided for ${side}`, async ({ host, page, services, written }) => {
    const { id } = written.consultation
    // While the portal does not answer, neither side can follow the other.
    await services.portal.next('*', 'status:503', { times: null })
    await page.goto(`${host.url}/#/change/${id}`)
    await page.getByLabel('Time', { exact: true }).fill('15:00')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(toast(page, 'Changes saved')).toBeVisible()
    await written.move('17:00')
    await services.portal.calm()
    await host.call('sync_calendar', {})
    await page.goto(`${host.url}/#/`)
    const notice = page.getByText('The calendar disagrees about 1 consultation.')
    await expect(notice).toBeVisible()
    await expect(page.getByText('Choose which one counts')).toBeHidden()
    await accessible(page, 'Today, with a conflict')
    await notice.locator('..').getByRole('link').click()
    const sides = page.getByRole('table', { name: 'What differs' })
    await expect(sides.getByRole('cell')).toHaveText([/15:00/, /17:00/])
    await accessible(page, 'a conflict')
    await page.getByRole('button', { name: press }).click()
    await expect(toast(page, 'Decided. Both sides will say the same.')).toBeVisible()
    await expect(sides).toBeHidden()
    await expect(page.getByText(here)).toBeVisible()
    await expect.poll(async () => (await services.entries()).map(({ starts }) => starts)).toEqual([at(there)])
    await expect(entry(page)).toContainText('In the calendar ·')
  })
}

test('a conflict of another day loses its name at once, however slow the answer is', async ({ host, page, services }) => {
  await services.connectCalendar(host)
  const { id } = await host.plan({ client: 'Zinaida Arkhipova', date: '2026-11-23' })
  const standing = async () => (await host.call('consultation', { id })).calendar?.state
  await expect.poll(standing).toBe('written')
  const [made] = await services.entries()
  if (!made) throw new Error('the entry is gone')
  await services.portal.next('*', 'status:503', { times: null })
  await page.goto(`${host.url}/#/change/${id}`)
  await page.getByLabel('Time', { exact: true }).fill('15:00')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(toast(page, 'Changes saved')).toBeVisible()
  const set = { from: '2026-11-23 17:00:00', to: '2026-11-23 17:50:00', timezone_from: 'Europe/Moscow', timezone_to: 'Europe/Moscow' }
  await services.portal.edit('event', 'change', { id: made.id, set })
  await services.portal.calm()
  await host.call('sync_calendar', {})
  await expect.poll(standing).toBe('conflict')
  await page.goto(`${host.url}/#/`)
  await expect(hero(page)).toContainText('Zinaida Arkhipova')
  // So long ago that no list holds it.
  await host.advance(30 * 24 * 60)
  await expect(hero(page)).toHaveCount(0)
  await page.goto(`${host.url}/#/connection/bitrix24`)
  const conflicts = page.getByRole('region', { name: 'For you to decide' })
  await expect(conflicts.getByRole('link')).toContainText('Zinaida Arkhipova')
  const slow = await Held.hold(page, 'consultation')
  await host.set({ hide_names: true })
  await expect(conflicts.getByRole('link')).toContainText('Client hidden')
  await slow.letGo()
})

test('an event that somebody else made there with a link of ours is planned here', async ({ host, page, services, written: _ }) => {
  const link = 'https://meet.example.org/konsultaciya-24nov-abcdefghijkl'
  await services.portal.edit('event', 'add', {
    set: { section: 4, name: 'Vera M.', from: '2026-11-24 11:00:00', to: '2026-11-24 11:50:00', location: link, timezone_from: 'Europe/Moscow' },
  })
  await page.goto(`${host.url}/#/connection/bitrix24`)
  await page.getByRole('button', { name: 'Compare now' }).click()
  await page.goto(`${host.url}/#/`)
  await expect(group(page, 'Tomorrow, 24 November').getByRole('listitem')).toHaveText(/11:00.*Vera M\./s)
})
