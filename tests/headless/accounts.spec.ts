import { openSample } from './support/samples.ts'
import { expect, test, toast, type Page } from './support/test.ts'

// How the window behaves while an account is connected; its own samples play the service.

const said = (page: Page) => page.locator('main [role=status]').first()
const field = (page: Page, name: string) => page.getByLabel(name, { exact: true })

test('connecting waits for the browser, and ends at the account', async ({ page }) => {
  await openSample(page, 'given', 'connection/telemost')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Finish in the browser' })).toBeFocused()
  await expect(said(page)).toHaveText('Finish in the browser')
  await expect(page.getByRole('button', { name: 'Open again' })).toBeVisible()
  await expect(said(page)).toHaveText('Connected: \u2068Елена Соколова\u2069', { timeout: 20_000 })
  await expect(page.getByRole('group', { name: 'Елена Соколова' })).toBeFocused()
  await expect(page.getByRole('listitem').filter({ hasText: 'Make broadcasts' })).toContainText('yes')
  await page.getByRole('button', { name: 'Back' }).click()
  await expect(page.getByRole('link', { name: /Telemost/ })).toContainText('works')
})

test('what was cancelled is as before, and the focus with it', async ({ page }) => {
  await openSample(page, 'given', 'connection/telemost')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('heading', { name: 'Connect an account' })).toBeFocused()
})

test('the address from the browser is pasted where the page does not lead back', async ({ page }) => {
  await openSample(page, 'signing', 'connection/telemost')
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(field(page, 'Address from the browser')).toBeFocused()
  await expect(field(page, 'Address from the browser')).toHaveAccessibleDescription(/^Paste the address/)
  await field(page, 'Address from the browser').fill('abc')
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(field(page, 'Address from the browser')).toHaveAccessibleDescription(/^This does not belong/)
  await field(page, 'Address from the browser').fill('http://127.0.0.1:47318/signed-in?state=x&code=1234567')
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(said(page)).toHaveText('Connecting…')
})

test('a code for another device is shown whole, and its countdown is told once', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await openSample(page, 'given', 'connection/telemost')
  await page.getByRole('button', { name: 'Connect with a code' }).click()
  await expect(page.getByRole('heading', { name: 'Enter this code' })).toBeFocused()
  await expect(said(page)).toHaveText('Enter this code')

  // One that nobody types in elsewhere.
  await openSample(page, 'code', 'connection/telemost')
  await expect(page.locator('.code')).toHaveText('gh4k7wqz')
  const left = page.locator('.left > [aria-hidden]')
  const first = await left.textContent()
  await expect(left).not.toHaveText(first ?? '')
  await expect(page.locator('.left > .sr-only')).toHaveText(/^The code is good until 14:0\d\.$/)
  await page.getByRole('button', { name: 'Copy code' }).click()
  await expect(toast(page, 'Copied')).toBeVisible()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('gh4k7wqz')
})

test('an application that is not known is corrected, and tried again', async ({ page }) => {
  await openSample(page, 'unconnected', 'connection/telemost')
  await expect(page.getByText('http://127.0.0.1:47318/signed-in')).toBeVisible()
  await field(page, 'Application id').fill('wrong')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(said(page)).toContainText('The service does not know this application.', { timeout: 20_000 })
  await expect(field(page, 'Application id')).toHaveValue('wrong')
  await field(page, 'Application id').fill('right')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Finish in the browser' })).toBeFocused()
})

test('a field at fault is named and has the focus', async ({ page }) => {
  await openSample(page, 'unconnected', 'connection/bitrix24')
  await field(page, 'Your portal’s address').fill('no address')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(field(page, 'Your portal’s address')).toBeFocused()
  await expect(field(page, 'Your portal’s address')).toHaveAccessibleDescription(/not an address/)
})

test('a key that was got elsewhere does as well, and leads to the calendar', async ({ page }) => {
  await openSample(page, 'unconnected', 'connection/bitrix24')
  await field(page, 'Webhook address').fill('https://portal.example.com/rest/7/abc/')
  await page.getByRole('button', { name: 'Save and check' }).click()
  await expect(page.getByRole('radio', { name: 'Консультации' })).toBeEnabled()
  expect(await page.content()).not.toContain('/rest/7/abc/')
})

test('disconnecting says what it does', async ({ page }) => {
  await openSample(page, 'connected', 'connection/telemost')
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await expect(page.getByRole('dialog', { name: 'Disconnect “Yandex Telemost”?' })).toContainText('gives the access back')
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await expect(toast(page, 'Connection removed')).toBeVisible()
  await expect(page.getByRole('link', { name: /Telemost/ })).toContainText('not connected')
})

test('an account that makes no rooms offers to paste a link', async ({ page }) => {
  await openSample(page, 'personal', 'connection/telemost')
  await expect(page.getByText('This account may not make rooms from other programs.')).toBeVisible()
  await page.getByRole('link', { name: 'Paste a link' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'New consultation' })).toBeVisible()
  await expect(page.getByRole('radio', { name: 'Own link' })).toBeChecked()
  await expect(page.getByRole('textbox', { name: 'Client’s link' })).toBeEditable()
})

test('nothing is written before a calendar is chosen; then each choice is kept at once', async ({ page }) => {
  await openSample(page, 'choosing', 'connection/bitrix24')
  await expect(page.getByRole('radio', { name: /Календарь компании/ })).toBeDisabled()
  await expect(page.getByRole('switch')).toHaveCount(0)
  await page.getByRole('radio', { name: 'Консультации' }).check()
  await expect(page.getByRole('switch', { name: 'New consultations go there' })).toBeChecked()
  await expect(page.getByRole('switch', { name: /client’s name/ })).not.toBeChecked()
  await page.getByLabel('Remind in the calendar').last().selectOption('30 minutes before')
  await page.getByRole('button', { name: 'Compare now' }).click()
  await expect(page.getByText('Compared just now.').last()).toBeVisible()
  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByRole('link', { name: /Bitrix24/ }).click()
  await expect(page.getByRole('radio', { name: 'Консультации' })).toBeChecked()
  await expect(page.getByLabel('Remind in the calendar').last()).toHaveValue('4')
})

test('conflicts and lost accounts are told at home, and lead to where they are mended', async ({ page }) => {
  await openSample(page, 'one_conflict', '')
  await page.getByRole('link', { name: 'Details' }).first().click()
  await expect(page.getByRole('heading', { level: 2 }).first()).toContainText('Ольга и Пётр')

  await openSample(page, 'conflict', '')
  await page.getByText('The calendar disagrees about 2 consultations.').locator('..').getByRole('link').click()
  await page.getByRole('link', { name: /Анна Б\./ }).click()
  await expect(page.getByRole('heading', { level: 2 }).first()).toContainText('Анна Б.')

  await openSample(page, 'signed_out', '')
  await page.getByText('Yandex Telemost asks you to sign in again.').locator('..').getByRole('link').click()
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await expect(page.getByRole('heading', { name: 'Finish in the browser' })).toBeFocused()
})
