import { join } from 'node:path'
import { guest, Room } from './support/rooms.ts'
import { SharedBackend } from './support/shared-backend.ts'
import { expect, hero, test as base, toast } from './support/test.ts'

const test = base.extend<{ shared: SharedBackend }>({
  shared: async ({ folder }, use) => {
    const shared = await SharedBackend.start(join(folder, 'practice'))
    await use(shared)
    await shared.stop()
  },
})

test('a practice’s backend is paired by its link, and the one inside is off', async ({ start, page, shared }) => {
  const host = await start({ now: 'real' })
  await host.settle()
  await shared.add('Elena')
  const { link } = await shared.pairing('Elena')
  const before = await host.planNow()
  await page.goto(`${host.url}/#/connections`)
  const events = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Events' }) })
  await events.getByRole('button', { name: 'Connect' }).click()
  await page.getByLabel('Pairing link or code').fill(link)
  await expect(page.getByLabel('Server address')).toHaveCount(0)
  await page.getByLabel('Pairing link or code').press('Enter')
  await expect(toast(page, 'Shared server connected')).toBeVisible()
  await expect(events).toContainText('Shared event server')
  await expect(events).toContainText(new URL(shared.url).host)
  await expect.poll(async () => (await host.state()).feed).toMatchObject({ state: 'live', embedded: false })
  await expect(fetch(`${host.backend}/health`)).rejects.toThrow()

  // What was planned before is known there now, and what happens there is told here.
  await expect.poll(async () => (await host.call('consultation', { id: before.id })).unsent).toBe(false)
  await new Room(host, before, shared.url).joins(guest())
  await page.goto(`${host.url}/#/`)
  await expect(hero(page)).toContainText('The client is there')
  await expect.poll(async () => (await host.standing()).length).toBe(1)

  await page.goto(`${host.url}/#/connections`)
  await events.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await expect(toast(page, 'Shared server disconnected')).toBeVisible()
  await expect(events).toContainText('Built-in event server')
  await expect.poll(async () => (await host.state()).feed).toMatchObject({ state: 'live', embedded: true })
})

test('a code is paired with its address, works once, and a wrong one is said at its field', async ({ host, page, shared }) => {
  await shared.add('Elena')
  const { code } = await shared.pairing('Elena')
  await page.goto(`${host.url}/#/connections`)
  const events = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Events' }) })
  await events.getByRole('button', { name: 'Connect' }).click()
  const typed = page.getByLabel('Pairing link or code')
  const send = page.locator('form').getByRole('button', { name: 'Connect' })

  await typed.fill(code)
  await send.click()
  await expect(page.getByLabel('Server address')).toHaveAccessibleDescription(/Give the event server's address/)
  await page.getByLabel('Server address').fill(shared.url)
  await typed.fill('AAAA-AAAA')
  await send.click()
  await expect(typed).toHaveAccessibleDescription(/The code does not work/)
  await expect(page.getByLabel('Server address')).toHaveValue(shared.url)
  await typed.fill('kabinet://nonsense')
  await send.click()
  await expect(typed).toHaveAccessibleDescription(/This is not a pairing link/)
  await expect.poll(async () => (await host.state()).feed.embedded).toBe(true)

  await typed.fill(code)
  await page.getByLabel('Server address').fill(shared.url)
  await send.click()
  await expect(toast(page, 'Shared server connected')).toBeVisible()
  await expect(host.call('pair', { link_or_code: code, address: shared.url })).rejects.toThrow('pairing_code_wrong')
})

test('a pairing link that was opened outside waits in its form', async ({ host, page, shared }) => {
  await shared.add('Elena')
  const { link } = await shared.pairing('Elena')
  await page.goto(`${host.url}/#/connections/${encodeURIComponent(link)}`)
  await expect(page.getByLabel('Pairing link or code')).toHaveValue(link)
  await expect.poll(async () => (await host.state()).feed.embedded).toBe(true)
  await page.locator('form').getByRole('button', { name: 'Connect' }).click()
  await expect(toast(page, 'Shared server connected')).toBeVisible()
})

test('a killed backend leaves the list with the time of the last contact, and all is well when it is back', async ({ start, page, shared }) => {
  const host = await start({ now: 'real', backend: { url: shared.url, token: await shared.token('Elena') } })
  await host.settle()
  const known = await host.planNow()
  await page.goto(host.url)
  await expect(hero(page)).toContainText('Maria K.')
  await expect(page.getByRole('link', { name: /^connected/ })).toBeVisible()
  await expect.poll(async () => (await host.call('consultation', { id: known.id })).unsent).toBe(false)

  await shared.kill()
  await expect(page.getByRole('link', { name: /^offline ?since \d\d:\d\d.*last contact \d\d:\d\d/ })).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText(/No connection to the event server since/)).toBeVisible()
  await expect(hero(page)).toContainText('Maria K.')
  await expect.poll(async () => (await host.tray()).state).toBe('not_connected')

  // Planning goes on, and is sent later.
  const offline = await host.planNow({ client: 'Dmitry L.' })
  await page.goto(`${host.url}/#/consultation/${offline.id}`)
  await expect(page.getByText('Not sent to the server yet')).toBeVisible()

  await shared.comeBack()
  await expect.poll(async () => (await host.state()).feed.state, { timeout: 30_000 }).toBe('live')
  await expect.poll(async () => (await host.call('consultation', { id: offline.id })).unsent).toBe(false)
  await expect(page.getByText('Not sent to the server yet')).toHaveCount(0)
  await page.goto(`${host.url}/#/`)
  await expect(page.getByRole('link', { name: /^connected/ })).toBeVisible()
  await new Room(host, offline, shared.url).joins(guest())
  await expect(hero(page)).toContainText('The client is there')
})

test('a backend that no longer accepts the device says so', async ({ start, page, shared }) => {
  const host = await start({ now: 'real', backend: { url: shared.url, token: 'of-nobody' } })
  await host.settle()
  await page.goto(host.url)
  await expect(page.getByText(/does not let this computer in any more/)).toBeVisible({ timeout: 30_000 })
  await expect.poll(async () => (await host.state()).feed.state).toBe('refused')
})
