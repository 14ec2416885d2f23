import { guest, Room } from './support/rooms.ts'
import { expect, hero, test, toast } from './support/test.ts'

test('without a notification daemon the window says so, and rings when there is one again', async ({ host, page }) => {
  await host.breakDesktop({ notifications: false })
  const consultation = await host.plan()
  const room = new Room(host, consultation)
  await room.joins(guest())
  await expect(page.getByText('This computer shows no notifications. Install a notification daemon')).toBeVisible()
  await expect(hero(page)).toContainText('The client is there')
  await expect.poll(async () => (await host.tray()).state).toBe('client_there')
  await page.goto(`${host.url}/#/connections`)
  await expect(page.getByRole('heading', { name: 'This computer' })).toBeVisible()

  await host.breakDesktop({})
  await host.advance(1)
  await expect.poll(async () => (await host.standing()).length).toBe(1)
  await expect(page.getByRole('heading', { name: 'This computer' })).toHaveCount(0)
})

test.describe('when the application is gone', () => {
  test.use({ expectedNoise: /net::ERR_/ })

  test('the list stays, and a press says what happened', async ({ host, page }) => {
    await host.plan()
    await expect(hero(page)).toContainText('Maria K.')
    await host.stop('SIGKILL')
    await hero(page).getByRole('button', { name: 'Join the room' }).click()
    await expect(toast(page, /The window has lost the application/)).toBeVisible()
    await expect(hero(page)).toContainText('Maria K.')
  })

  test('a window that opens without it can try again', async ({ host, page }) => {
    await page.route('**/command/state', (route) => route.abort('connectionrefused'))
    await page.route('**/state/stream', (route) => route.abort('connectionrefused'))
    await page.goto(`${host.url}/?again`)
    await expect(page.getByRole('heading', { name: 'Kabinet does not answer' })).toBeVisible()
    await page.unroute('**/command/state')
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible()
  })
})

test('an address of a screen or a consultation that is none leads nowhere bad', async ({ host, page }) => {
  for (const address of ['#/nowhere', '#/consultation/', '#/consultation/%E0%A4%A', '#/connection/%00']) {
    await page.goto('about:blank')
    await page.goto(`${host.url}/${address}`)
    await expect(page.locator('#screen-title')).toBeVisible()
  }
  await page.goto(`${host.url}/#/consultation/01a1fc07-b524-7529-ac6f-3fa71498d649`)
  await expect(page.getByText('This consultation is not there any more.')).toBeVisible()
})
