import { Held } from './support/held.ts'
import { expect, group, hero, test, toast, type Locator, type Page } from './support/test.ts'

test('a consultation is made with its link, copied, and listed today', async ({ host, page }) => {
  await page.getByRole('link', { name: 'New consultation' }).click()
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  await page.getByLabel('Time').fill('15.30')
  await expect(page.getByText('until 16:20')).toBeVisible()
  const link = page.getByLabel('Client’s link')
  await expect(link).toHaveText(/^meet\.example\.org\/konsultaciya-23nov-[a-z0-9]{12}$/)
  const shown = await link.textContent()
  await page.getByRole('button', { name: 'Create and copy link' }).click()

  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
  await expect(hero(page)).toContainText('Maria K.')
  await expect(hero(page)).toContainText('15:30–16:20')
  await expect.poll(() => host.clipboard()).toBe(`https://${shown}`)
  await expect.poll(async () => (await host.state()).hero).toMatchObject({
    link: `https://${shown}`,
    minutes: 50,
    provider: 'jitsi',
  })
})

test('the second consultation of the day stands under the first', async ({ host, page }) => {
  await host.plan()
  await host.plan({ client: 'Dmitry L.', time: '15:30' })
  await host.plan({ client: 'Anna B.', date: '2026-11-24', time: '09:00' })
  await expect(hero(page)).toContainText('Maria K.')
  await expect(group(page, 'Later today').getByRole('listitem')).toHaveText(/15:30.*Dmitry L\./s)
  await expect(group(page, 'Tomorrow, 24 November').getByRole('listitem')).toHaveText(/09:00.*Anna B\./s)
})

test('what cannot be read is said at its field, and everything typed stays', async ({ host, page }) => {
  await page.goto(`${host.url}/#/new`)
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  await page.getByLabel('Date', { exact: true }).fill('the day after')
  await page.getByLabel('Time', { exact: true }).fill('late')
  await page.getByRole('textbox', { name: 'Note' }).fill('second session')
  await page.getByRole('button', { name: 'Create and copy link' }).click()

  const date = page.getByLabel('Date', { exact: true })
  await expect(date).toHaveAccessibleDescription(/This date cannot be read/)
  await expect(page.getByLabel('Time', { exact: true })).toHaveAccessibleDescription(/This time cannot be read/)
  await expect(date).toBeFocused()
  await expect(date).toHaveValue('the day after')
  await expect(page.getByLabel('Client', { exact: true })).toHaveValue('Maria K.')
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('second session')
  await expect.poll(async () => (await host.state()).hero).toBeNull()

  await date.fill('24.11')
  await expect(date).not.toHaveAttribute('aria-invalid')
  await page.getByLabel('Time', { exact: true }).fill('9')
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(group(page, 'Tomorrow, 24 November').getByRole('listitem')).toHaveText(/09:00.*Maria K\./s)
})

test('what the application refuses is said at its field too', async ({ host, page }) => {
  await page.goto(`${host.url}/#/new`)
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  await page.getByRole('spinbutton', { name: 'Length' }).fill('700')
  await page.getByRole('button', { name: 'Paste a link of your own' }).click()
  await page.getByRole('textbox', { name: 'Client’s link' }).fill('meet example org/room')
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(page.getByText('The length must be from 5 minutes to 10 hours.')).toBeVisible()

  await page.getByRole('spinbutton', { name: 'Length' }).fill('60')
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(page.getByText('This is not a web address.')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Client’s link' })).toBeFocused()
  await expect(page.getByRole('textbox', { name: 'Client’s link' })).toHaveValue('meet example org/room')
  await expect(page.getByLabel('Client', { exact: true })).toHaveValue('Maria K.')

  await page.getByRole('textbox', { name: 'Client’s link' }).fill('https://video.example.net/Own-Room')
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(hero(page)).toContainText('Maria K.')
  await expect.poll(() => host.clipboard()).toBe('https://video.example.net/Own-Room')
})

test('a half-written consultation survives a look at another screen', async ({ host, page }) => {
  await page.goto(`${host.url}/#/new`)
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  const link = page.getByLabel('Client’s link')
  await expect(link).toHaveText(/^meet\.example\.org\//)
  const before = await link.textContent()
  await page.keyboard.press('Control+f')
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeVisible()
  await page.keyboard.press('Control+n')
  await expect(page.getByLabel('Client', { exact: true })).toHaveValue('Maria K.')
  await expect(link).toHaveText(before ?? '')
})

test('what cannot be read is still there after a look at another screen', async ({ host, page }) => {
  await page.goto(`${host.url}/#/new`)
  await page.getByLabel('Date', { exact: true }).fill('soon')
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await page.goto(`${host.url}/#/settings`)
  await page.goto(`${host.url}/#/new`)
  await expect(page.getByLabel('Date', { exact: true })).toHaveValue('soon')
  await expect(page.getByLabel('Date', { exact: true })).toHaveAccessibleDescription(/This date cannot be read/)
})

test('a link where browsers give no camera is warned of, and taken all the same', async ({ host, page }) => {
  await page.goto(`${host.url}/#/new`)
  await page.getByRole('button', { name: 'Paste a link of your own' }).click()
  const link = page.getByLabel('Client’s link')
  await link.fill('http://video.example.net/room')
  await expect(link).toHaveAccessibleDescription(/no camera or microphone/)
  await link.fill('https://video.example.net/room')
  await expect(link).toHaveAccessibleDescription('')
  await link.fill('http://video.example.net/room')
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
})

test('another link can be had, and another day has its own', async ({ host, page }) => {
  await page.goto(`${host.url}/#/new`)
  const link = page.getByLabel('Client’s link')
  await expect(link).toHaveText(/konsultaciya-23nov-/)
  const before = (await link.textContent()) ?? ''
  await page.getByRole('button', { name: 'Another link' }).click()
  await expect(link).not.toHaveText(before)
  await page.getByRole('button', { name: 'Pick a day' }).click()
  await page.getByRole('button', { name: /25 November/ }).click()
  await expect(link).toHaveText(/konsultaciya-25nov-/)
})

test('without a server for rooms a link made elsewhere is asked for', async ({ start, page }) => {
  const host = await start()
  await host.settle({ jitsi_address: null })
  await page.goto(`${host.url}/#/new`)
  await expect(page.getByText('No rooms are connected yet.')).toBeVisible()
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(page.getByRole('textbox', { name: 'Client’s link' })).toHaveAccessibleDescription('Paste the link of a room')
  await page.getByRole('textbox', { name: 'Client’s link' }).fill('https://video.example.net/room-1')
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
})

test('a clipboard that refuses does not undo the consultation', async ({ host, page }) => {
  await host.breakDesktop({ clipboard: false })
  await page.goto(`${host.url}/#/new`)
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  await expect(page.getByLabel('Client’s link')).toHaveText(/konsultaciya/)
  await page.getByRole('button', { name: 'Create and copy link' }).click()
  await expect(toast(page, /The consultation is created\. The clipboard does not answer/)).toBeVisible()
  await expect(hero(page)).toContainText('Maria K.')
})

test('a consultation is changed, and its link stays what the client was given', async ({ host, page }) => {
  const { id, link } = await host.plan()
  await page.goto(`${host.url}/#/consultation/${id}`)
  await page.getByRole('link', { name: 'Change' }).click()
  await page.getByLabel('Client', { exact: true }).fill('Maria Kuznetsova')
  await page.getByLabel('Time', { exact: true }).fill('14:30')
  await page.getByRole('radio', { name: '90' }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(toast(page, 'Changes saved')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Maria Kuznetsova' })).toBeVisible()
  await expect(page.getByText('14:30–16:00')).toBeVisible()
  await expect.poll(() => host.call('consultation', { id })).toMatchObject({
    link,
    minutes: 90,
    client: 'Maria Kuznetsova',
  })
})

test('what is being typed stays when its consultation leaves the list', async ({ host, page }) => {
  const { id } = await host.plan()
  await page.goto(`${host.url}/#/change/${id}`)
  await page.getByRole('textbox', { name: 'Note' }).fill('tells of a dream')
  const slow = await Held.hold(page, 'consultation')
  await host.advance(30 * 24 * 60)
  await slow.waits()
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('tells of a dream')
  await slow.answer()
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('tells of a dream')
  await slow.letGo()
})

test('a cancelled consultation comes back with one press', async ({ host, page }) => {
  const { id } = await host.plan()
  await page.goto(`${host.url}/#/consultation/${id}`)
  await page.getByRole('button', { name: 'Cancel consultation' }).click()
  await expect(toast(page, 'Consultation cancelled')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible()
  await expect.poll(async () => (await host.call('consultation', { id })).status).toBe('cancelled')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(toast(page, 'Consultation restored')).toBeVisible()
  await expect(hero(page)).toContainText('Maria K.')
  await expect.poll(async () => (await host.call('consultation', { id })).status).toBe('planned')
})

test.describe('a consultation that is repeated', () => {
  const client = (page: Page) => page.getByLabel('Client', { exact: true })
  const open = (page: Page, { id }: { id: string }) => page.goto(`${page.url().split('#')[0]}#/repeat/${id}`)
  const settings = async (page: Page) => {
    await page.keyboard.press('Control+Comma')
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  }

  test('leaves the form of a new one alone, however late it comes', async ({ host, page }) => {
    const anna = await host.plan({
      client: 'Anna B.',
      note: 'bring the diary',
    })
    const repeat = await Held.hold(page, 'repeat')
    await open(page, anna)
    await repeat.waits()
    await page.keyboard.press('Control+n')
    await client(page).fill('Clara E.')
    await repeat.answer()
    await settings(page)
    await page.keyboard.press('Control+n')
    await expect(client(page)).toHaveValue('Clara E.')
    await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('')
    await open(page, anna)
    await expect(client(page)).toHaveValue('Anna B.')
    await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('bring the diary')
  })

  test('is not taken for another that is repeated after it', async ({ host, page }) => {
    const anna = await host.plan({ client: 'Anna B.' })
    const boris = await host.plan({ client: 'Boris D.', time: '15:30' })
    const repeat = await Held.hold(page, 'repeat')
    await open(page, anna)
    await repeat.waits()
    await open(page, boris)
    await repeat.waits(2)
    await repeat.answer(1)
    await expect(client(page)).toHaveValue('Boris D.')
    await repeat.answer()
    await settings(page)
    await open(page, boris)
    await expect(client(page)).toHaveValue('Boris D.')
  })

  test('that is answered twice keeps what was typed into the first answer', async ({ host, page }) => {
    const anna = await host.plan({ client: 'Anna B.' })
    const repeat = await Held.hold(page, 'repeat')
    await open(page, anna)
    await repeat.waits()
    await settings(page)
    await open(page, anna)
    await repeat.waits(2)
    await repeat.answer(1)
    await client(page).fill('Anna Berg')
    await repeat.answer()
    await settings(page)
    await open(page, anna)
    await expect(client(page)).toHaveValue('Anna Berg')
  })

  test('is no longer unsent once it is made behind another screen', async ({ host, page }) => {
    const anna = await host.plan({ client: 'Anna B.' })
    const boris = await host.plan({ client: 'Boris D.', time: '15:30' })
    await open(page, anna)
    await client(page).fill('Anna Berg')
    const create = await Held.hold(page, 'create_consultation')
    await page.getByRole('button', { name: 'Create and copy link' }).click()
    await create.waits()
    await open(page, boris)
    await expect(client(page)).toHaveValue('Boris D.')
    await create.answer()
    await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
    await expect(client(page)).toHaveValue('Boris D.')
    await open(page, anna)
    await expect(client(page)).toHaveValue('Anna B.')
  })

  test('leads back to its form when it is refused behind another screen', async ({ host, page }) => {
    const anna = await host.plan({ client: 'Anna B.' })
    await open(page, anna)
    await client(page).fill('Anna Berg')
    const create = await Held.hold(page, 'create_consultation')
    await page.getByRole('button', { name: 'Create and copy link' }).click()
    await create.waits()
    await settings(page)
    await create.refuse('backend_unreachable')
    await page.getByRole('button', { name: 'To the form' }).click()
    await expect(client(page)).toHaveValue('Anna Berg')
  })
})

const form = (page: Page) => page.locator('main form')
const time = (page: Page) => page.getByLabel('Time', { exact: true })

/** What is tried while the answer is still to come. */
async function retype(page: Page, field: Locator, text: string) {
  await field.focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type(text)
}

test('while a consultation is made its form rests, and a refusal gives it back', async ({ host, page }) => {
  await page.goto(`${host.url}/#/new`)
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  await time(page).fill('15:30')
  const create = await Held.hold(page, 'create_consultation')
  await time(page).press('Enter')
  await create.waits()
  await expect(page.getByRole('button', { name: 'Create and copy link' })).toBeFocused()
  await retype(page, time(page), '18:30')
  await expect(time(page)).toHaveValue('15:30')
  await expect(form(page)).toHaveJSProperty('inert', true)
  await create.refuse('backend_unreachable')
  await expect(form(page)).toHaveJSProperty('inert', false)
  await retype(page, time(page), '18:30')
  await page.keyboard.press('Enter')
  await create.waits()
  await create.answer()
  await expect(hero(page)).toContainText('18:30–19:20')
  expect(create.asked).toHaveLength(2)
})

test('while a change is saved its form rests, also when one comes back to it', async ({ host, page }) => {
  const { id } = await host.plan()
  await page.goto(`${host.url}/#/change/${id}`)
  const change = await Held.hold(page, 'change_consultation')
  await time(page).fill('14:30')
  await page.getByRole('button', { name: 'Save' }).click()
  await change.waits()
  await retype(page, time(page), '18:30')
  await expect(time(page)).toHaveValue('14:30')
  await page.getByRole('button', { name: 'Back' }).click()
  await page.goto(`${host.url}/#/change/${id}`)
  await retype(page, time(page), '18:30')
  await expect(time(page)).toHaveValue('14:30')
  await change.answer()
  await expect(toast(page, 'Changes saved')).toBeVisible()
  await expect(page.getByText('14:30–15:20')).toBeVisible()
  await page.goto(`${host.url}/#/change/${id}`)
  await expect(time(page)).toHaveValue('14:30')
  await expect(form(page)).toHaveJSProperty('inert', false)
})

test('a change that was given up is answered without closing the one begun after it', async ({ host, page }) => {
  const { id } = await host.plan()
  await page.goto(`${host.url}/#/change/${id}`)
  const change = await Held.hold(page, 'change_consultation')
  await time(page).fill('14:30')
  await page.getByRole('button', { name: 'Save' }).click()
  await change.waits()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.goto(`${host.url}/#/change/${id}`)
  await page.getByRole('textbox', { name: 'Note' }).fill('second session')
  await change.answer()
  await expect(toast(page, 'Changes saved')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('second session')
})

test('a consultation that is cancelled late leads nobody away from another screen', async ({ host, page }) => {
  const { id } = await host.plan()
  await page.goto(`${host.url}/#/consultation/${id}`)
  const cancel = await Held.hold(page, 'cancel_consultation')
  await page.getByRole('button', { name: 'Cancel consultation' }).click()
  await cancel.waits()
  await page.keyboard.press('Control+n')
  await page.getByRole('textbox', { name: 'Note' }).fill('second session')
  await cancel.answer()
  await expect(toast(page, 'Consultation cancelled')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('second session')
})
