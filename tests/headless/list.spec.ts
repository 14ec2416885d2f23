import { asked } from './support/held.ts'
import { guest, Room } from './support/rooms.ts'
import { expect, group, hero, test, toast, type Locator, type Page } from './support/test.ts'

test('the search finds by name, note, link and day among hundreds', async ({ start, page }) => {
  test.slow()
  const host = await start()
  await host.settle()
  const many = 150
  for (let first = 0; first < many; first += 25) {
    const numbers = Array.from({ length: 25 }, (_, index) => first + index)
    await Promise.all(
      numbers.map((number) => {
        const date = new Date(Date.UTC(2026, 11, 1 + (number % 28))).toISOString().slice(0, 10)
        const note = number === 77 ? 'brings her brother' : ''
        return host.plan({
          client: `Client №${number}`,
          date,
          time: `${String(8 + (number % 12)).padStart(2, '0')}:00`,
          note,
        })
      }),
    )
  }
  await page.goto(host.url)
  await page.getByRole('link', { name: 'History' }).click()
  const field = page.getByRole('searchbox', {
    name: 'Name, date, note or link',
  })
  await expect(field).toBeFocused()

  await field.fill('brother')
  await expect(page.getByText('1 consultation', { exact: true })).toBeVisible()
  await expect(page.getByRole('listitem')).toHaveText(/Client №77/)

  await field.fill('client №12')
  await expect(page.getByText('11 consultations')).toBeVisible()

  await field.fill('05.12.2026')
  await expect(page.getByText('6 consultations')).toBeVisible()

  await field.fill('konsultaciya')
  await expect(page.getByText('150 consultations')).toBeVisible()

  await field.fill('nobody’s name')
  await expect(page.getByText('Nothing found')).toBeVisible()
  await expect(page.getByText('Try a part of the name, a day or a word from the note, or widen the filters.')).toBeVisible()

  await field.fill('client №77')
  await page.getByRole('link', { name: /Client №77/ }).click()
  await expect(page.getByRole('heading', { name: 'Client №77' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(field).toHaveValue('client №77')
  await expect(page.getByRole('link', { name: /Client №77/ })).toBeFocused()
})

test('who was not seen is asked about, and the answer stays', async ({ host, page }) => {
  const { id } = await host.plan()
  await host.plan({ client: 'Dmitry L.', time: '18:00' })
  await host.advance(20 + 51)
  const row = group(page, 'Earlier today').getByRole('listitem')
  await expect(row).toContainText('came?')
  await row.getByRole('link').click()
  await expect(page.getByText('The time is over and no client was seen in the room. Did they come?')).toBeVisible()
  await page.getByRole('button', { name: 'Did not come' }).click()
  await expect(page.getByText('The client did not come')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Came', exact: true })).toHaveCount(0)
  await expect.poll(async () => (await host.call('consultation', { id })).status).toBe('no_show')
  await page.goto(`${host.url}/#/`)
  await expect(row).toContainText('did not come')
})

test('who came unseen is confirmed as well', async ({ host, page }) => {
  const { id } = await host.plan()
  await host.advance(20 + 51)
  await page.goto(`${host.url}/#/consultation/${id}`)
  await page.getByRole('button', { name: 'Came', exact: true }).click()
  await expect.poll(async () => (await host.call('consultation', { id })).status).toBe('finished')
  await expect(page.getByText('Finished', { exact: true })).toBeVisible()
})

test('a session that took place is not asked about, and says how long it was', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new Room(host, consultation)
  const [specialist, client] = [guest(), guest()]
  await host.advance(20)
  // Answered once the backend knows of it, so that who comes now is the specialist.
  await host.call('join', { id: consultation.id })
  await room.joins(specialist)
  await expect(hero(page)).toContainText('You are in the room')
  await room.joins(client)
  await expect(hero(page)).toContainText(/Running, \d+ min left/)
  await host.advance(48)
  await room.leaves(client)
  await room.leaves(specialist)
  await host.advance(4)
  await expect(group(page, 'Earlier today').getByRole('listitem')).toContainText('48 min together')
  await expect.poll(() => host.call('consultation', { id: consultation.id })).toMatchObject({ status: 'finished', asks_outcome: false })
})

test('a link copied from a row is the row’s own', async ({ host, page }) => {
  await host.plan()
  const { link } = await host.plan({ client: 'Dmitry L.', time: '15:30' })
  await group(page, 'Later today').getByRole('button', { name: 'Link: copy' }).click()
  await expect(toast(page, 'Link copied')).toBeVisible()
  await expect.poll(() => host.clipboard()).toBe(link)
})

test('the list moves with the clock', async ({ host, page }) => {
  await host.plan()
  await expect(hero(page)).toContainText('In 20 minutes')
  await host.advance(15)
  await expect(hero(page)).toContainText('In 5 minutes')
  await expect.poll(async () => (await host.tray()).state).toBe('soon')
  await host.advance(8)
  await expect(hero(page)).toContainText('Started 3 min ago')
})

/** Presses down on what is in the middle of it, without letting go. */
async function pressDown(page: Page, on: Locator) {
  await on.hover()
  await page.mouse.down()
}

test('a press that began on one client’s card is not for the next who takes its place', async ({ host, page }) => {
  await host.plan({ client: 'Anna B.' })
  const boris = await host.plan({ client: 'Boris D.', time: '15:30' })
  const deeds = asked(page, 'join', 'copy_link')
  await expect(hero(page)).toContainText('Anna B.')
  await pressDown(page, hero(page).getByRole('button', { name: 'Link: copy' }))
  await new Room(host, boris).joins(guest())
  await expect(hero(page)).toContainText('Boris D.')
  await expect(hero(page).getByRole('heading', { name: 'Boris D.' })).toBeFocused()
  await page.mouse.up()
  await hero(page).getByRole('button', { name: 'Join the room' }).click()
  await expect.poll(() => host.opened()).toHaveLength(1)
  await expect.poll(() => deeds).toEqual([['join', { id: boris.id }]])
})

test('answers that were opened for one client are not given to the next', async ({ host, page }) => {
  const anna = new Room(host, await host.plan({ client: 'Anna B.' }))
  const boris = new Room(host, await host.plan({ client: 'Boris D.', time: '15:30' }))
  const [first, second] = [guest(), guest()]
  await anna.joins(first)
  await expect(hero(page)).toContainText('Anna B.')
  await hero(page).getByRole('button', { name: 'More answers' }).click()
  const longer = page.getByRole('menuitem', { name: 'In 10 minutes' })
  await expect(longer).toBeVisible()
  await boris.joins(second)
  await anna.leaves(first)
  await host.advance(2)
  await expect(hero(page)).toContainText('Boris D.')
  await expect(page.getByRole('menuitem')).toHaveCount(0)
  await expect(hero(page).getByRole('heading', { name: 'Boris D.' })).toBeFocused()
  // And it opens again, for him.
  await hero(page).getByRole('button', { name: 'More answers' }).click()
  await longer.click()
  await expect(hero(page)).toContainText('You put it off until 13:5')
})

test('a press that began on one row of the history is not for another that takes its place', async ({ host, page }) => {
  await host.plan({ client: 'Anna B.', time: '10:00' })
  await host.plan({ client: 'Boris D.', time: '11:00' })
  await page.goto(`${host.url}/#/search`)
  const rows = page.locator('main').getByRole('listitem')
  await expect(rows).toHaveText([/Boris/, /Anna/])
  const copied = asked(page, 'copy_link')
  await pressDown(page, rows.nth(1).getByRole('button', { name: 'Link: copy' }))
  const { id } = await host.plan({ client: 'Clara E.', time: '12:00' })
  await expect(rows).toHaveText([/Clara/, /Boris/, /Anna/])
  await page.mouse.up()
  await rows.first().getByRole('button', { name: 'Link: copy' }).click()
  await expect(toast(page, 'Link copied')).toBeVisible()
  expect(copied).toEqual([['copy_link', { id }]])
})
