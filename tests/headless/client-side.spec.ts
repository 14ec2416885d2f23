import type { Page } from '@playwright/test'
import { openSample } from './support/samples.ts'
import { accessible } from './support/screens.ts'
import { expect, test } from './support/test.ts'

// What a specialist does for a client, on the window's own samples: what the application makes of it is tested beside it.
const HERO = 'consultation/0198f1a0-0000-7000-8000-000000000001'
const toast = (page: Page) => page.getByRole('region', { name: 'Messages', exact: true })
const field = (page: Page) => page.getByRole('textbox', { name: 'Message to the client' })

test('who waits on the page is let in from the list, and is in the room', async ({ page }) => {
  await openSample(page, 'clients', '')
  await expect(page.locator('.hero').getByText('Waits on the page, 3 min')).toBeVisible()
  await page.locator('.hero').getByRole('button', { name: 'Let in' }).focus()
  await page.keyboard.press('Enter')
  await expect(toast(page)).toContainText('The client is let in')
  await expect(page.locator('#hero-name')).toBeFocused()
  await expect(page.getByText('Client went into the room')).toBeVisible()
  await page.locator('.days').getByRole('button', { name: 'Let in' }).click()
  await expect(page.locator('.days').getByRole('button', { name: 'Let in' })).toHaveCount(0)
})

test('once inside, letting in is the one thing to do', async ({ page }) => {
  await openSample(page, 'clients', '')
  await page.locator('.hero').getByRole('button', { name: 'Join the room' }).click()
  await expect(page.locator('.hero .button.primary')).toHaveText('Let in')
})

test('"In 5 minutes" is told to the client, whose answer is seen, and can be said otherwise', async ({ page }) => {
  await openSample(page, 'clients', '')
  const hero = page.locator('.hero')
  // Menus come after the first sight, and have no focus before.
  await expect(hero.getByRole('button', { name: 'More answers' })).toBeEnabled()
  await hero.getByRole('button', { name: 'In 5 minutes' }).click()
  await expect(hero).toContainText('You said: there at 14:05.')
  await expect(hero).toContainText('The client will wait.')
  // What was pressed is gone: the focus is on what has come instead.
  await expect(hero.getByRole('button', { name: 'Answer otherwise' })).toBeFocused()
  await hero.getByRole('button', { name: 'Answer otherwise' }).click()
  await page.getByRole('menuitem', { name: 'I can’t make it' }).click()
  await expect(hero).toContainText('You said: I can’t make it.')
})

test('answers are reached by the keyboard', async ({ page }) => {
  await openSample(page, 'clients', '')
  // Menus come after the first sight.
  await expect(page.getByRole('button', { name: 'More answers' })).toBeEnabled()
  await page.getByRole('button', { name: 'More answers' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'In 10 minutes' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.locator('.hero')).toContainText('You said: there at 14:15.')
})

test('a message is written with Enter, a new line with Shift+Enter, and "Message" leads there', async ({ page }) => {
  await openSample(page, 'clients', '')
  await page.locator('.hero').getByRole('link', { name: 'Message. 2 unread messages' }).click()
  await expect(field(page)).toBeFocused()
  await expect(page.getByRole('log')).toContainText('New')
  await page.keyboard.type('One')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('Two')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('log').getByText('One\nTwo')).toBeVisible()
  await expect(field(page)).toHaveValue('')
  await expect(field(page)).toBeFocused()
  await expect(page.getByRole('log')).toContainText('Хорошо!')
  await page.getByRole('button', { name: 'Back' }).click()
  await expect(page.locator('.hero')).not.toContainText('unread')
})

test('what could not be sent stays in the field, with the reason', async ({ page }) => {
  await openSample(page, 'client_cut', `${HERO}/messages`)
  await field(page).fill('Hello')
  await field(page).press('Enter')
  await expect(field(page)).toHaveAttribute('aria-invalid', 'true')
  await expect(field(page)).toHaveValue('Hello')
  await page.getByRole('button', { name: 'Back' }).click()
  await page.locator('.hero').getByRole('link', { name: 'Message' }).click()
  await expect(field(page)).toHaveValue('Hello')
})

test('the link goes out by the client’s channel, or another way', async ({ page }) => {
  await openSample(page, 'clients', HERO)
  await page.getByRole('button', { name: 'Send by WhatsApp' }).click()
  await expect(toast(page)).toContainText('The link is on its way by WhatsApp')
  await expect(page.locator('.outgoing')).toContainText('delivered')
  await page.getByRole('button', { name: 'Another way' }).first().click()
  await page.getByRole('menuitem', { name: /Send by e-mail/ }).click()
  await expect(toast(page)).toContainText('The letter is ready')
})

test('a new link is given after a question', async ({ page }) => {
  await openSample(page, 'clients', HERO)
  const link = page.locator('.link .mono')
  const before = await link.textContent()
  await page.getByRole('button', { name: 'More about the link' }).click()
  await page.getByRole('menuitem', { name: /Give a new link/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Give a new link' }).click()
  await expect(link).not.toHaveText(before ?? '')
})

test('another room is two presses away while a client waits, and the link stays', async ({ page }) => {
  await openSample(page, 'clients', HERO)
  const link = await page.locator('.link .mono').textContent()
  await page.getByRole('link', { name: 'Another room' }).click()
  await page.getByRole('radio', { name: 'Yandex Telemost' }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('.head')).toContainText('Yandex Telemost')
  await expect(page.locator('.link .mono')).toHaveText(link ?? '')
})

test('a known client brings how they are reached, and takes it away with the name', async ({ page }) => {
  await openSample(page, 'clients', 'new')
  const part = page.getByRole('button', { name: /^Reaching the client/ })
  await expect(part).toContainText('By hand, let in at the time')
  await page.getByRole('textbox', { name: 'Client', exact: true }).fill('Мария К.')
  await expect(part).toContainText('WhatsApp, reminders 24 h and 1 h, you let in')
  await expect(page.getByText('As it was with this client the last time.')).toBeVisible()
  await page.getByRole('textbox', { name: 'Client', exact: true }).fill('Somebody else')
  await expect(part).toContainText('By hand, let in at the time')
})

test('somebody else of the same name takes nothing over', async ({ page }) => {
  await openSample(page, 'clients', 'new')
  const part = page.getByRole('button', { name: /^Reaching the client/ })
  const name = page.getByRole('textbox', { name: 'Client', exact: true })
  await name.fill('Мария К.')
  await page.getByRole('button', { name: 'It is somebody else' }).click()
  await expect(part).toContainText('By hand, let in at the time')
  const said = page.getByText('A new client: nothing is taken over from their namesake.')
  await expect(said).toBeFocused()
  await accessible(page, 'a namesake')
  await name.fill('Мария')
  await expect(said).toBeHidden()
  await expect(part).toContainText('WhatsApp, reminders 24 h and 1 h, you let in')
})

test('a missing phone unfolds its part and has the focus', async ({ page }) => {
  await openSample(page, 'clients', 'new')
  const part = page.getByRole('button', { name: /^Reaching the client/ })
  await part.click()
  await page.getByRole('radio', { name: 'WhatsApp' }).check()
  await part.click()
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  const phone = page.getByRole('textbox', { name: 'Phone' })
  await expect(phone).toBeFocused()
  await phone.fill('8 900 123-45-67')
  await phone.blur()
  await expect(phone).toHaveValue('+7 900 123-45-67')
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await toast(page).getByRole('button', { name: 'Send by WhatsApp' }).click()
  await expect(toast(page)).toContainText('The link is on its way by WhatsApp')
})

test('a Telegram chat is bound in one press, and counts once it is owned to', async ({ page }) => {
  await openSample(page, 'unbound', 'settings')
  const part = page.getByRole('region', { name: 'When you are not here' })
  await part.getByRole('button', { name: 'Connect' }).click()
  await expect(part).toContainText('Press Start in the chat')
  await part.getByRole('button', { name: 'It’s me' }).click()
  await expect(part).toContainText('Alerts go to the chat “Елена С.”.')
  await part.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await expect(part.getByRole('button', { name: 'Connect' })).toBeVisible()
})

test('quiet hours over midnight say so, and equal times are refused', async ({ page }) => {
  await openSample(page, 'clients', 'settings')
  const part = page.getByRole('region', { name: 'When you are not here' })
  await expect(part).toContainText('of the next day')
  await part.getByRole('textbox', { name: 'From' }).fill('8')
  await part.getByRole('textbox', { name: 'From' }).blur()
  await expect(part).toContainText('These are the same time.')
  await part.getByRole('textbox', { name: 'To' }).fill('13')
  await part.getByRole('textbox', { name: 'To' }).blur()
  await expect(part).not.toContainText('These are the same time.')
  await expect(part).not.toContainText('of the next day')
})

test('what quiet hours are silent about is said before and after it is chosen', async ({ page }) => {
  await openSample(page, 'clients', 'settings')
  const part = page.getByRole('region', { name: 'When you are not here' })
  const even = part.getByRole('switch', { name: 'In quiet hours, stay silent about a waiting client too' })
  await expect(part).toContainText('A client who waits still comes through.')
  await expect(part).toContainText('Off: you are told of a client who waits at any hour.')
  await even.click()
  await expect(part).toContainText('No reminders and no news, not even of a client who waits.')
  await expect(part).toContainText('On: during quiet hours and “Do not disturb” you are told neither here nor in Telegram')
  await expect(part).not.toContainText('A client who waits still comes through.')
  // It holds for "do not disturb" too, which must not promise otherwise, and ends with the hours.
  await expect(page.getByText('Chosen with the quiet hours: even a client who waits only shows in the list.')).toBeVisible()
  await part.getByRole('switch', { name: 'Quiet hours', exact: true }).click()
  await expect(page.getByText('Off: a client who waits still comes through.')).toBeVisible()
})

test('the key of names is shown when asked, and one from elsewhere is taken', async ({ page }) => {
  await openSample(page, 'names', 'settings')
  await expect(page.getByText('kabinet-key-')).toHaveCount(0)
  await page.getByRole('button', { name: 'Show the key' }).click()
  await expect(page.getByText('kabinet-key-')).toBeVisible()
  await openSample(page, 'botless', 'settings')
  await page.getByRole('button', { name: 'Enter a key' }).click()
  await page.getByRole('textbox', { name: 'Key from your other computer' }).fill('kabinet-key-7QX2-M9TR-4KDA')
  await page.getByRole('button', { name: 'Use this key' }).click()
  await expect(page.getByText('The key is on this computer.')).toBeVisible()
})

test('at the usual width of the window the link’s menu stands beside its button', async ({ page }) => {
  await page.setViewportSize({ width: 404, height: 652 })
  await openSample(page, 'clients', HERO)
  await expect(page.getByRole('button', { name: 'More about the link' })).toBeEnabled()
  const middle = async (name: string) => {
    const box = await page.getByRole('button', { name, exact: true }).boundingBox()
    return box ? box.y + box.height / 2 : NaN
  }
  await expect.poll(async () => (await middle('More about the link')) - (await middle('Copy link'))).toBeCloseTo(0, 0)
})

test('a client by hand lacks nothing: the specialist hands the link over, and copying it is the thing to do', async ({ page }) => {
  await openSample(page, 'clients', '')
  await page.locator('.days a.to').nth(4).click()
  await expect(page.getByText('You hand the link to this client yourself.')).toBeVisible()
  const copy = page.locator('.send .button.primary')
  await expect(copy).toHaveText('Copy as a message')
  await copy.click()
  await expect(toast(page)).toContainText('Copied: paste it into the chat with the client')
  await page.getByRole('link', { name: 'Choose another way' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Change consultation')
})

test('a pasted link is hidden with the names, and is copied all the same', async ({ page }) => {
  await openSample(page, 'hidden', '')
  const rows = page.locator('.days a.to')
  const [pasted, made] = [rows.nth(2), rows.nth(1)]
  await pasted.click()
  await expect(page.getByText('This link is not shown while names are hidden.')).toBeVisible()
  await expect(page.getByText('opora')).toHaveCount(0)
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect(toast(page)).toContainText('Link copied')
  await page.getByRole('button', { name: 'Back' }).click()
  await made.click()
  await expect(page.locator('.link .mono')).toContainText('konsultaciya-')
})
