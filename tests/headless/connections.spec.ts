import { FakeJitsi } from './support/fake-jitsi.ts'
import { Held } from './support/held.ts'
import type { Host } from './support/host.ts'
import { expect, test as base, toast } from './support/test.ts'

const test = base.extend<{ jitsi: FakeJitsi }>({
  jitsi: async ({}, use) => {
    const jitsi = await FakeJitsi.start()
    await use(jitsi)
    await jitsi.stop()
  },
})

const connection = async (host: Host) => (await host.state()).connections.find(({ provider }) => provider === 'jitsi')

test('a Jitsi server is connected, checked, and its health is told', async ({ host, page, jitsi }) => {
  await page.goto(`${host.url}/#/connections`)
  await page.getByRole('link', { name: /Jitsi Meet/ }).click()
  await page.getByLabel('Server address').fill(jitsi.url)
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Works.' })).toContainText('Last good check at 13:4')

  jitsi.answers = 'busy'
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.getByText(/The server does not answer\./)).toBeVisible()
  jitsi.answers = 'as-something-else'
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.getByText(/Something else answers at this address\./)).toBeVisible()
  jitsi.answers = 'well'
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.getByText(/Works\. Last good check/)).toBeVisible()

  await page.getByRole('button', { name: 'Back' }).click()
  await expect(page.getByRole('link', { name: /Jitsi Meet/ })).toContainText('works')
  await expect(page.getByRole('link', { name: /Jitsi Meet/ })).toContainText(new URL(jitsi.url).host)
})

test('secrets go in and never come back', async ({ host, page, jitsi }) => {
  await page.goto(`${host.url}/#/connection/jitsi`)
  await page.getByLabel('Server address').fill(jitsi.url)
  await page.getByLabel('Application id (JWT)').fill('practice')
  await page.getByLabel('Application secret (JWT)').fill('swordfish-1')
  await page.getByLabel('Host’s login').fill('elena')
  await page.getByLabel('Host’s password').fill('swordfish-2')
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect(page.getByText(/Works\./)).toBeVisible()

  for (const label of ['Application secret (JWT)', 'Host’s password']) {
    await expect(page.getByLabel(label)).toHaveValue('')
    await expect(page.getByLabel(label)).toHaveAttribute('placeholder', 'kept in the keychain')
  }
  await expect.poll(() => connection(host)).toMatchObject({ secrets_kept: ['app_secret', 'password'], values: { login: 'elena' } })
  expect(JSON.stringify(await host.state())).not.toContain('swordfish')
  expect(await page.content()).not.toContain('swordfish')

  // Saved anew without typing them, they stay; forgotten, they go.
  await page.getByLabel('Host’s login').fill('elena.s')
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect.poll(async () => (await connection(host))?.values.login).toBe('elena.s')
  await expect.poll(async () => (await connection(host))?.secrets_kept).toEqual(['app_secret', 'password'])
  await page
    .locator('.secret', { has: page.getByLabel('Host’s password') })
    .getByRole('button', { name: 'Forget' })
    .click()
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect.poll(async () => (await connection(host))?.secrets_kept).toEqual(['app_secret'])
})

test('what is pressed and typed while a save is checked is still there to be saved', async ({ host, page, jitsi }) => {
  await host.call('save_connection', {
    provider: 'jitsi',
    values: { base_url: jitsi.url, app_id: 'practice', login: 'elena' },
    secrets: { app_secret: 'swordfish-1', password: 'swordfish-2' },
  })
  await page.goto(`${host.url}/#/connection/jitsi`)
  const answer = jitsi.hold()
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect(page.getByRole('button', { name: 'Save and check' })).toHaveAttribute('aria-busy', 'true')
  await page
    .locator('.secret', { has: page.getByLabel('Host’s password') })
    .getByRole('button', { name: 'Forget' })
    .click()
  await page.getByLabel('Application secret (JWT)').fill('swordfish-3')
  answer()
  await expect(page.getByRole('button', { name: 'Save and check' })).not.toHaveAttribute('aria-busy')
  await expect(page.getByLabel('Application secret (JWT)')).toHaveValue('swordfish-3')
  await expect.poll(async () => (await connection(host))?.secrets_kept).toEqual(['app_secret', 'password'])

  // Pressed twice, and changed in between.
  const again = jitsi.hold()
  await page.getByLabel('Host’s login').fill('elena.s')
  await page.getByLabel('Host’s login').press('Enter')
  await expect(page.getByRole('button', { name: 'Save and check' })).toHaveAttribute('aria-busy', 'true')
  await page.getByLabel('Host’s login').fill('elena.t')
  await page.getByLabel('Host’s login').press('Enter')
  again()
  await expect.poll(async () => (await connection(host))?.values.login).toBe('elena.t')
  await expect.poll(async () => (await connection(host))?.secrets_kept).toEqual(['app_secret'])
  await expect(page.getByLabel('Application secret (JWT)')).toHaveValue('')
})

test('a field at fault is named, and nothing typed is lost', async ({ host, page, jitsi }) => {
  await page.goto(`${host.url}/#/connection/jitsi`)
  await page.getByLabel('Server address').fill('not an address')
  await page.getByLabel('Host’s login').fill('elena')
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect(page.getByLabel('Server address')).toHaveAccessibleDescription(/This is not an address that works/)
  await expect(page.getByLabel('Server address')).toBeFocused()
  await expect(page.getByLabel('Host’s login')).toHaveValue('elena')

  await page.getByLabel('Server address').fill(jitsi.url)
  await page.getByLabel('Application id (JWT)').fill('practice')
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect(page.getByLabel('Application secret (JWT)')).toHaveAccessibleDescription(/Something is missing here/)
  await expect.poll(async () => (await connection(host))?.values).toEqual({ base_url: 'https://meet.example.org' })
})

test('a removed connection is gone, and the consultations stay', async ({ host, page, jitsi }) => {
  await host.call('save_connection', { provider: 'jitsi', values: { base_url: jitsi.url, login: 'elena' }, secrets: { password: 'x' } })
  const { id, link } = await host.plan()
  await page.goto(`${host.url}/#/connections`)
  await page.getByRole('link', { name: /Jitsi Meet/ }).click()
  await page.getByRole('main').getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await expect(toast(page, 'Connection removed')).toBeVisible()
  await expect(page.getByRole('link', { name: /Jitsi Meet/ })).toContainText('not connected')
  await expect.poll(() => connection(host)).toBeUndefined()
  await expect.poll(async () => (await host.call('consultation', { id })).link).toBe(link)
})

test('the lines for Prosody name the very address that listens', async ({ host, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`${host.url}/#/connections`)
  const events = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Events' }) })
  await expect(events).toContainText(new URL(host.backend).host)
  await events.getByRole('button', { name: 'Show' }).click()
  const address = `${host.backend}/api/webhook/kabinet`
  await expect(events.getByText(address, { exact: true })).toBeVisible()
  await expect(page.getByLabel('Lines for the server’s configuration')).toContainText(`kabinet_url = "`)
  await events.getByRole('button', { name: 'Copy address' }).click()
  await expect(toast(page, 'Copied')).toBeVisible()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(address)
  await events.getByRole('button', { name: 'Copy lines' }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('modules_enabled')
})

test('a keychain that is locked is said, and opened again by one press', async ({ start, page }) => {
  const host = await start()
  await host.settle()
  await host.keychain('locked')
  await page.goto(`${host.url}/#/connection/jitsi`)
  await page.getByLabel('Host’s password').fill('swordfish')
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect(page.getByRole('alert')).toContainText('The keychain is locked.')
  await expect(page.getByLabel('Host’s password')).toHaveValue('swordfish')
  await host.keychain('open')
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect.poll(async () => (await connection(host))?.secrets_kept).toEqual(['password'])
})

test('a connection that is removed late leads nobody away from another screen', async ({ host, page }) => {
  const { id } = await host.plan()
  await page.goto(`${host.url}/#/connection/jitsi`)
  const remove = await Held.hold(page, 'remove_connection')
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await remove.waits()
  await page.goto(`${host.url}/#/change/${id}`)
  await page.getByRole('textbox', { name: 'Note' }).fill('second session')
  await remove.answer()
  await expect(toast(page, 'Connection removed')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('second session')
})

for (const [screen, name] of [
  ['jitsi', 'Jitsi Meet'],
  ['telemost', 'Yandex Telemost'],
] as const) {
  test(`${name}: what is refused late is told on whatever screen one is by then`, async ({ host, page }) => {
    await page.goto(`${host.url}/#/connection/${screen}`)
    const save = await Held.hold(page, 'save_connection')
    if (screen === 'telemost') {
      await page.getByText('Without signing in: token').click()
      await page.getByLabel('Token', { exact: true }).fill('a token')
    }
    await page.getByRole('button', { name: 'Save and check' }).click()
    await save.waits()
    await page.goto(`${host.url}/#/settings`)
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
    await save.refuse('keychain_locked')
    await expect(toast(page, new RegExp(`^\\W*${name}\\W*: `))).toBeVisible()
  })
}
