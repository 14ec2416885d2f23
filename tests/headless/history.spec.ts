import { join } from 'node:path'
import { fill } from './support/history.ts'
import { LOOKS, lookAt } from './support/screens.ts'
import { SharedBackend } from './support/shared-backend.ts'
import { expect, test as base, toast, type Page } from './support/test.ts'
import type { Host } from './support/host.ts'

const MANY = 10_000

/** A practice's backend, and a specialist there with so many consultations behind and before them. */
const test = base.extend<{ many: (count: number, locale?: 'ru' | 'en') => Promise<Host> }>({
  many: async ({ start, folder }, use) => {
    const backend = await SharedBackend.start(join(folder, 'practice'))
    await use(async (count, locale = 'en') => {
      const token = await backend.token('Elena')
      await fill(backend, token, count, locale)
      const host = await start({ now: 'real', language: locale, backend: { url: backend.url, token } })
      await host.settle()
      await expect
        .poll(async () => (await host.call('search', { sought: EVERYTHING, offset: 0, limit: 1 })).total, { timeout: 60_000 })
        .toBe(count)
      return host
    })
    await backend.stop()
  },
})

const EVERYTHING = { text: '', state: null, kind: null, from: null, to: null }
const found = (page: Page, text: string | RegExp) => expect(page.getByRole('main').getByRole('status')).toHaveText(text)
const rows = (page: Page) => page.getByRole('listitem')
const field = (page: Page) => page.getByRole('searchbox')

test('ten thousand are searched, narrowed, walked through and copied from', async ({ many, page }) => {
  test.setTimeout(480_000)
  const host = await many(MANY)
  await page.goto(`${host.url}/#/search`)
  await found(page, '10,000 consultations')
  await expect(field(page)).toBeFocused()
  // Only what is in sight stands in the page.
  await expect.poll(() => rows(page).count()).toBeLessThan(60)

  await field(page).fill('Olga 9')
  await found(page, /^\d\d\d consultations$/)
  await field(page).fill('anna b. 9993')
  await found(page, '1 consultation')
  await expect(rows(page)).toHaveText(/Anna B\. 9993/)
  await field(page).fill('diary')
  await found(page, '104 consultations')

  await field(page).fill('')
  // A broadcast among them, by its title and by its type.
  await page.getByRole('combobox', { name: 'Type' }).selectOption('Broadcasts')
  await found(page, '25 consultations')
  await field(page).fill('lecture 9601')
  await found(page, '1 consultation')
  await rows(page).first().getByRole('link').first().click()
  await page.getByRole('button', { name: 'Copy viewers’ link' }).click()
  await expect(toast(page, 'Viewers’ link copied')).toBeVisible()
  await expect.poll(() => host.clipboard()).toBe('https://telemost.yandex.ru/live/000000009601')
  await page.keyboard.press('Escape')
  await found(page, '1 consultation')
  await page.getByRole('combobox', { name: 'Type' }).selectOption('Meetings')
  await found(page, 'Nothing found')
  await field(page).fill('')
  await found(page, '9,975 consultations')
  await page.getByRole('combobox', { name: 'Type' }).selectOption('Any type')

  await page.getByRole('combobox', { name: 'State' }).selectOption('Did not come')
  await found(page, /^1,\d\d\d consultations$/)
  await expect(rows(page).first()).toContainText('did not come')
  await page.getByRole('combobox', { name: 'Period' }).selectOption('Last month')
  await found(page, /^\d\d consultations$/)
  await page.getByRole('button', { name: 'Remove the filters' }).click()
  await found(page, '10,000 consultations')

  // By keys to the very end, where the oldest is.
  await field(page).focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator(':focus')).toHaveAttribute('href', /consultation/)
  await page.keyboard.press('End')
  const last = page.locator('li[data-row="9999"]')
  await expect(last).toContainText('Maria K. 9999')
  await expect(last.getByRole('link').first()).toBeFocused()
  await expect(last).toBeInViewport()
  await page.keyboard.press('PageUp')
  await expect(page.locator('li:has(:focus)')).not.toHaveAttribute('data-row', '9999')
  await page.keyboard.press('End')
  await expect(last.getByRole('link').first()).toBeFocused()
  const setSize = Number(await last.getAttribute('aria-setsize'))
  expect(Number(await last.getAttribute('aria-posinset'))).toBe(setSize)

  // Tab goes on to the row's own buttons, and comes back to the row after a look at the consultation.
  await page.keyboard.press('Tab')
  await expect(last.getByRole('button', { name: 'Link: copy' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(toast(page, 'Link copied')).toBeVisible()
  await expect.poll(() => host.clipboard()).toBe('https://meet.example.org/konsultaciya-23nov-000000009999')
  await last.getByRole('link').first().click()
  await expect(page.getByRole('heading', { name: 'Maria K. 9999' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(last.getByRole('link').first()).toBeFocused()
  await expect(last).toBeInViewport()
  await page.keyboard.press('Home')
  await expect(page.locator('li[data-row="0"]').getByRole('link').first()).toBeFocused()

  // And by the wheel: every row that comes into sight is filled, and the focus waits where it was.
  await page.mouse.move(200, 500)
  for (let turn = 0; turn < 12; turn++) await page.mouse.wheel(0, 4_000)
  await expect
    .poll(() => page.evaluate(() => document.querySelector('main')?.scrollTop ?? 0))
    .toBeGreaterThan(40_000)
  await expect(page.locator('li[data-row]:not([data-row="0"])').filter({ hasNot: page.getByRole('link') })).toHaveCount(0)
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('li[data-row="1"]').getByRole('link').first()).toBeFocused()
})

test('days of one’s own, and what was typed for them', async ({ host, page }) => {
  for (const date of ['2026-11-01', '2026-11-30', '2026-12-01', '2026-12-31']) await host.plan({ client: `On ${date}`, date })
  await page.goto(`${host.url}/#/search`)
  await found(page, '4 consultations')
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(['December 2026', 'November 2026'])
  await page.getByRole('combobox', { name: 'Period' }).selectOption('From – to')
  await page.getByLabel('From', { exact: true }).fill('30.11')
  await found(page, '3 consultations')
  await page.getByLabel('To', { exact: true }).fill('1.12')
  await found(page, '2 consultations')
  await expect(rows(page)).toHaveText([/On 2026-12-01/, /On 2026-11-30/])
  // Without an end it is open again.
  await page.getByLabel('To', { exact: true }).fill('')
  await found(page, '3 consultations')
  await page.getByRole('combobox', { name: 'Period' }).selectOption('Last month')
  await found(page, 'Nothing found')
})

test('what changes elsewhere changes in the history, where one is in it', async ({ host, page }) => {
  const { id } = await host.plan({ client: 'Anna B.', date: '2026-12-01' })
  await page.goto(`${host.url}/#/search`)
  await expect(rows(page)).toHaveText([/Anna B\./])
  await host.plan({ client: 'Vera M.', date: '2026-12-02' })
  await expect(rows(page)).toHaveText([/Vera M\./, /Anna B\./])
  await host.call('cancel_consultation', { id })
  await expect(rows(page).last()).toContainText('cancelled')
})

test('the same is planned for a week later, with a room of its own', async ({ host, page }) => {
  const before = await host.plan({ client: 'Anna B.', date: '2026-11-26', time: '16:20', minutes: 80, note: 'diary' })
  await page.goto(`${host.url}/#/search`)
  await rows(page).getByRole('link', { name: 'Repeat' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'New consultation' })).toBeVisible()
  await expect(page.getByLabel('Client', { exact: true })).toHaveValue('Anna B.')
  await expect(page.getByLabel('Date', { exact: true })).toHaveValue('Thu, 3 Dec')
  await expect(page.getByLabel('Time', { exact: true })).toHaveValue('16:20')
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('diary')
  await expect(page.getByLabel('Client’s link')).toHaveText(/konsultaciya-03dec-/)
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeVisible()
  await expect(rows(page)).toHaveCount(2)
  const { items } = await host.call('search', { sought: EVERYTHING, offset: 0, limit: 9 })
  expect(items[0]).toMatchObject({ client: 'Anna B.', minutes: 80, note: 'diary', starts_at: '2026-12-03T13:20:00Z' })
  expect(items[0]?.link).not.toBe(before.link)
  await expect.poll(() => host.clipboard()).toBe(items[0]?.link)
})

test('a pasted link is repeated with its link, from the consultation’s own page', async ({ host, page }) => {
  const own = 'https://meet.example.org/elenas-room'
  const { id } = await host.plan({ client: 'Anna B.', date: '2026-11-26', link: own })
  await page.goto(`${host.url}/#/consultation/${id}`)
  await page.getByRole('link', { name: 'Repeat' }).click()
  await expect(page.getByRole('textbox', { name: 'Client’s link' })).toHaveValue(own)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Consultation' })).toBeVisible()

  await host.call('set_hide_names', { on: true })
  await page.getByRole('link', { name: 'Repeat' }).click()
  await expect(page.getByText('Names are hidden. To repeat a consultation, show them first.')).toBeVisible()
  await page.getByRole('button', { name: 'Show names' }).click()
  await expect(page.getByLabel('Client', { exact: true })).toHaveValue('Anna B.')
})

/** The menu of the files, and one of them. */
async function save(page: Page, kind: string) {
  await page.getByRole('button', { name: 'Save as a file' }).click()
  await page.getByRole('menuitem', { name: kind }).click()
}

test('what is shown is written as a table and as a calendar', async ({ host, page }) => {
  const { id } = await host.plan({ client: 'Мария К.', note: '=1+1, "diary"' })
  await host.plan({ client: 'Anna B.', date: '2026-12-01' })
  await host.call('cancel_consultation', { id })
  await page.goto(`${host.url}/#/search`)
  await field(page).fill('мария')
  await found(page, '1 consultation')
  await save(page, 'Spreadsheet (CSV)')
  await expect(toast(page, '1 consultation saved to downloads: kabinet-2026-11-23.csv')).toBeVisible()
  const [table] = (await host.files()).saved
  expect(table?.text.split('\r\n')).toEqual([
    '\uFEFFDate,Start,End,Time zone,Client,Where,Link,State,Minutes together,Note,Type,Link for viewers',
    expect.stringMatching(
      /^2026-11-23,14:00,14:50,Europe\/Moscow,Мария К\.,Jitsi Meet,https:\/\/meet\.example\.org\/\S+,cancelled,,"'=1\+1, ""diary""",conference,$/,
    ),
    '',
  ])
  await page.getByRole('button', { name: 'Show in folder' }).click()
  await expect.poll(async () => (await host.files()).shown).toEqual([table?.path])

  await field(page).fill('')
  await found(page, '2 consultations')
  await save(page, 'Calendar (iCalendar)')
  await expect(toast(page, '2 consultations saved to downloads: kabinet-2026-11-23.ics')).toBeVisible()
  const calendar = (await host.files()).saved[1]?.text.replaceAll('\r\n ', '') ?? ''
  expect(calendar).toContain(`UID:${id}`)
  expect(calendar).toContain('STATUS:CANCELLED')
  expect(calendar).toContain('SUMMARY:Consultation: Anna B.')
  expect(calendar.match(/BEGIN:VEVENT/g)).toHaveLength(2)
})

test('with hidden names the file has none and says so, and a full disk is told', async ({ host, page }) => {
  await host.plan({ client: 'Zinaida Arkhipova', note: 'sister of Zinaida' })
  await host.call('set_hide_names', { on: true })
  await page.goto(`${host.url}/#/search`)
  for (const [kind, ending] of [['Spreadsheet (CSV)', 'csv'], ['Calendar (iCalendar)', 'ics']] as const) {
    await save(page, kind)
    await expect(toast(page, `1 consultation saved to downloads without names or notes: kabinet-2026-11-23.${ending}`)).toBeVisible()
  }
  const { saved } = await host.files()
  expect(saved).toHaveLength(2)
  expect(JSON.stringify(saved)).not.toMatch(/zinaid/i)

  await host.breakDesktop({ files: false })
  await save(page, 'Spreadsheet (CSV)')
  await expect(toast(page, 'The disk is full, and the file was not written. Free some space and try again.')).toBeVisible()
})

for (const look of LOOKS) {
  test.describe(`${look.locale}, ${look.theme}`, () => {
    test.use({ locale: look.locale === 'ru' ? 'ru-RU' : 'en-GB', colorScheme: look.theme })

    test('the history looks as it should', async ({ many, page }) => {
      test.slow()
      const host = await many(240, look.locale)
      await page.goto(`${host.url}/#/search`)
      await expect(rows(page).first()).toBeVisible()
      await page.locator('main').evaluate((main) => (main.scrollTop = 14 * 8 * 60 - 100))
      await expect(rows(page).filter({ hasNot: page.getByRole('link') })).toHaveCount(0)
      await lookAt(page, look, 'history')
      await page.setViewportSize({ width: 900, height: 640 })
      await lookAt(page, look, 'history-wide')
      await page.getByRole('combobox').first().selectOption({ index: 3 })
      await page.getByRole('combobox').last().selectOption({ index: 3 })
      await page.locator('.days input').first().fill('1.1.2025')
      await lookAt(page, look, 'history-filters')
      await page.getByRole('banner').locator('.menu-trigger').click()
      await expect(page.getByRole('menu')).toBeVisible()
      await lookAt(page, look, 'history-export')
      await page.getByRole('menuitem').first().click()
      await expect(page.locator('.toast')).toBeVisible()
      await rows(page).first().getByRole('link').last().click()
      await expect(page.locator('form')).toBeVisible()
      await lookAt(page, look, 'repeat')
    })
  })
}
