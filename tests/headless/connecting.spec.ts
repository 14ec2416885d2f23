import { createServer } from 'node:net'
import { accessible } from './support/screens.ts'
import { expect, openedPage, test, type Page, type Services } from './support/services.ts'
import { toast } from './support/test.ts'
import type { Host } from './support/host.ts'

// An account is connected on the service's own pages, as a person does it.

const status = (page: Page) => page.locator('main [role=status]').first()
const telemost = (page: Page) => page.getByRole('link', { name: /Yandex Telemost/ })

/** On the service's page, as one of the accounts. */
async function decide(there: Page, decision: 'Allow' | 'Deny', login = 'specialist') {
  await there.getByRole('combobox', { name: 'Account' }).selectOption(login)
  await there.getByRole('button', { name: decision }).click()
}

/** Signs in from the connection's page until the browser has said so. */
async function connect(host: Host, page: Page, login?: string) {
  await page.goto(`${host.url}/#/connection/telemost`)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Finish in the browser' })).toBeFocused()
  const there = await openedPage(host, page)
  await decide(there, 'Allow', login)
  await expect(there.getByRole('heading')).toHaveText('Done')
  await there.close()
}

const living = async (services: Services) => (await services.yandex.state()).grants.filter(({ dead, device }) => device && !dead)

test('an account is connected on the page of Yandex, and given back', async ({ host, page, services }) => {
  await page.goto(`${host.url}/#/connections`)
  await expect(telemost(page)).toContainText('not connected')
  await telemost(page).click()
  await accessible(page, 'before connecting')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await accessible(page, 'waiting for the browser')

  const there = await openedPage(host, page)
  expect(there.url()).toContain(`${services.yandex.url}/authorize?`)
  await decide(there, 'Allow')
  await expect(there.getByRole('heading')).toHaveText('Done')
  await expect(there.getByText('You can close this tab')).toBeVisible()
  await accessible(there, 'where the browser is led back to')

  await expect(status(page)).toHaveText('Connected: \u2068Анна\u2069')
  const account = page.getByRole('group', { name: 'Анна' })
  await expect(account).toContainText('specialist')
  await expect(account.getByRole('listitem').filter({ hasText: 'Make rooms' })).toContainText('yes')
  await accessible(page, 'a connected account')
  const [grant] = await living(services)
  expect(grant?.login).toBe('specialist')
  expect(await page.content()).not.toContain(grant?.access)
  expect(host.log).not.toContain(grant?.access)

  await page.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await expect(toast(page, 'Connection removed')).toBeVisible()
  await expect(telemost(page)).toContainText('not connected')
  await expect.poll(() => living(services)).toEqual([])
})

test('who denies it there reads here that it was denied, and may try again', async ({ host, page }) => {
  await page.goto(`${host.url}/#/connection/telemost`)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Finish in the browser' })).toBeVisible()
  const there = await openedPage(host, page)
  await decide(there, 'Deny')
  await expect(there.getByRole('heading')).toHaveText('The account was not connected')
  await accessible(there, 'the page of a refusal')
  await expect(page.getByRole('group', { name: 'The account was not connected.' })).toContainText('Access was not given.')
  await accessible(page, 'a refusal')

  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Finish in the browser' })).toBeVisible()
  const again = await openedPage(host, page)
  await decide(again, 'Allow')
  await expect(page.getByRole('group', { name: 'Анна' })).toBeVisible()
})

test('in Russian the page that the browser is led back to is Russian too', async ({ start, page, services }) => {
  const host = await start({ language: 'ru' })
  await host.settle({ language: 'ru' })
  for (const [decision, heading, here] of [
    ['Deny', 'Учётная запись не подключена', 'Доступ не дан'],
    ['Allow', 'Готово', 'Создавать комнаты'],
  ] as const) {
    await host.call('begin_sign_in', { form: { provider: 'telemost', values: {}, secrets: {} }, way: 'browser' })
    const there = await openedPage(host, page)
    await decide(there, decision)
    await expect(there.getByRole('heading')).toHaveText(heading)
    await expect(there.locator('html')).toHaveAttribute('lang', 'ru')
    await page.goto(`${host.url}/#/connection/telemost`)
    await expect(page.getByRole('main')).toContainText(here)
  }
  await expect.poll(() => living(services)).toHaveLength(1)
})

test('where the way back is taken, the address that the browser was led to is pasted', async ({ host, page, services }) => {
  const other = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => other.listen(services.port, '127.0.0.1', resolve))
  try {
    await page.goto(`${host.url}/#/connection/telemost`)
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await expect(page.getByRole('region').getByText(`Another program uses 127.0.0.1:${services.port}`)).toBeVisible()
    await expect(page.getByText('Kabinet goes on by itself')).toBeHidden()
    await accessible(page, 'the way back is taken')
    await expect.poll(() => host.opened()).toEqual([])
    await page.getByRole('button', { name: 'Open the page' }).click()
    const there = await openedPage(host, page)
    const led = there.waitForRequest(/signed-in/)
    await decide(there, 'Allow')
    const field = page.getByLabel('Address from the browser')
    await field.fill('https://example.org/?code=1&state=2')
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(field).toHaveAccessibleDescription(/^This does not belong to this sign-in/)
    await field.fill((await led).url())
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(page.getByRole('group', { name: 'Анна' })).toBeVisible()
  } finally {
    await new Promise((resolve) => other.close(resolve))
  }
})

test('a code is typed in on another device, and Kabinet notices by itself', async ({ host, page, services }) => {
  await services.yandex.set({ device_interval: 1 })
  await page.goto(`${host.url}/#/connection/telemost`)
  await page.getByRole('button', { name: 'Connect with a code' }).click()
  await expect(page.getByRole('heading', { name: 'Enter this code' })).toBeFocused()
  await accessible(page, 'a code to type in')
  const code = await page.locator('.code').textContent()
  await page.getByRole('button', { name: 'Open the page' }).click()
  const there = await openedPage(host, page)
  await there.getByLabel('Code').fill(code?.trim() ?? '')
  await decide(there, 'Allow', 'assistant')
  const account = page.getByRole('group', { name: 'Борис' })
  await expect(account).toBeVisible()
  await expect(account.getByRole('listitem').filter({ hasText: 'Make rooms' })).toContainText('yes')
})

test('an account outside an organisation says what is missing, and offers to paste a link', async ({ host, page }) => {
  await connect(host, page, 'personal')
  const account = page.getByRole('group', { name: 'Вера' })
  await expect(account).toContainText('it must belong to an organisation in Yandex 360 for Business')
  await expect(account.getByRole('listitem').filter({ hasText: 'Make rooms' })).toContainText('no')
  await accessible(page, 'an account that makes no rooms')
  await page.getByRole('link', { name: 'Paste a link' }).click()
  await page.getByRole('textbox', { name: 'Client’s link' }).fill('https://telemost.yandex.ru/j/12345678901234')
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  await page.getByLabel('Time', { exact: true }).fill('15:30')
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
  await expect.poll(() => host.clipboard()).toBe('https://telemost.yandex.ru/j/12345678901234')
})

test('a token that was got elsewhere does as well', async ({ host, page, services }) => {
  await page.goto(`${host.url}/#/connection/telemost`)
  await page.getByText('Without signing in: token').click()
  await page.getByLabel('Token').fill('y0_NOT_A_TOKEN')
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect(page.getByRole('group', { name: 'Yandex Telemost' })).toContainText('does not accept this token')
  await page.getByText('Replace: token').click()
  await page.getByLabel('Token').fill(services.token)
  await page.getByRole('button', { name: 'Save and check' }).click()
  const account = page.getByRole('group', { name: 'Yandex Telemost' })
  await expect(account).toContainText('works')
  await expect(account.getByRole('listitem').filter({ hasText: 'Make rooms' })).toContainText('yes')
  expect(await page.content()).not.toContain(services.token)
})

test('who was signed out elsewhere is told on Today, and signs in again from there', async ({ host, page, services }) => {
  await connect(host, page)
  await expect(page.getByRole('group', { name: 'Анна' })).toBeVisible()
  await services.yandex.edit('account', 'sign_out', { login: 'specialist' })
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Sign in again' })).toBeVisible()
  await accessible(page, 'an account that was signed out')

  await page.goto(`${host.url}/#/`)
  const notice = page.getByText('Yandex Telemost asks you to sign in again.')
  await expect(notice).toBeVisible()
  await accessible(page, 'Today, with an account that was signed out')
  await notice.locator('..').getByRole('link').click()
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await expect(page.getByRole('heading', { name: 'Finish in the browser' })).toBeVisible()
  const there = await openedPage(host, page)
  await decide(there, 'Allow')
  await expect(page.getByRole('group', { name: 'Анна' })).toContainText('works')
  await page.goto(`${host.url}/#/`)
  await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible()
  await expect(notice).toBeHidden()
})

test('a portal is signed in to on its own page, and its calendars stand there to be chosen from', async ({ host, page, services }) => {
  await page.goto(`${host.url}/#/connection/bitrix24`)
  await page.getByLabel('Your portal’s address').fill(services.portal.url)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Finish in the browser' })).toBeVisible()
  const there = await openedPage(host, page)
  await there.getByRole('button', { name: 'Allow' }).click()
  await expect(there.getByRole('heading')).toHaveText('Done')
  await expect(page.getByRole('radio', { name: 'Консультации' })).toBeEnabled()
  await accessible(page, 'a calendar to be chosen')
})
