import { Held } from './support/held.ts'
import { expect, group, hero, test, toast, type Page } from './support/test.ts'

/** Presses Tab until the control has the focus, and looks at each on the way: the focus must be seen. */
async function tabTo(page: Page, name: string | RegExp) {
  for (let steps = 0; steps < 40; steps++) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    const visible = await focused.evaluate((element) => {
      // A radio button's focus is drawn around its label, a field's by its own border, a row's over all of it.
      const drawn = [element, element.parentElement, element.nextElementSibling].flatMap((one) =>
        one ? [getComputedStyle(one), getComputedStyle(one, '::after')] : [],
      )
      return drawn.some((style) => {
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none'
      })
    })
    expect(visible, `the focus is seen on ${await focused.evaluate((element) => element.outerHTML.slice(0, 120))}`).toBe(true)
    const label = await focused.evaluate(
      (element) => element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.innerText ?? element.textContent ?? '',
    )
    if (typeof name === 'string' ? label.trim() === name : name.test(label)) return
  }
  throw new Error(`no way to ${name} by Tab`)
}

test('a consultation is made, looked at, entered and cancelled without a mouse', async ({ host, page }) => {
  await tabTo(page, 'New consultation')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Client', { exact: true })).toBeFocused()
  await page.keyboard.type('Maria K.')
  await tabTo(page, /^Time/)
  await page.keyboard.type('1415')
  await expect(page.getByLabel('Client’s link')).toHaveText(/konsultaciya/)
  await page.keyboard.press('Enter')
  await expect(hero(page)).toContainText('14:15–15:05')

  await tabTo(page, 'Join the room')
  await page.keyboard.press('Enter')
  await expect.poll(() => host.opened()).toHaveLength(1)
  await tabTo(page, 'Details')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Consultation' })).toBeFocused()
  await tabTo(page, 'Cancel consultation')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Consultation cancelled')).toBeVisible()
  await tabTo(page, 'Undo')
  await page.keyboard.press('Enter')
  await expect(hero(page)).toContainText('Maria K.')
})

test('the shortcuts open their screens, and Esc leads back', async ({ host, page }) => {
  await host.plan()
  const screen = page.getByRole('heading', { level: 1 })
  await page.keyboard.press('Control+n')
  await expect(screen).toHaveText('New consultation')
  await page.keyboard.press('Escape')
  await expect(screen).toHaveText('Today')
  await page.keyboard.press('Control+f')
  await expect(page.getByRole('searchbox')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(screen).toHaveText('Today')
  await page.keyboard.press('Control+,')
  await expect(screen).toHaveText('Settings')
  await expect(screen).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(screen).toHaveText('Today')
})

test('coming back from a consultation, the focus is on its row again', async ({ host, page }) => {
  await host.plan()
  await host.plan({ client: 'Dmitry L.', time: '15:30' })
  const row = group(page, 'Later today').getByRole('link')
  await row.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Dmitry L.' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(row).toBeFocused()
})

test('a consultation of another day has the focus at its heading once it is there', async ({ host, page }) => {
  await host.plan()
  await expect(hero(page)).toContainText('Maria K.')
  await host.advance(30 * 24 * 60)
  await expect(hero(page)).toHaveCount(0)
  await page.keyboard.press('Control+f')
  await page.getByRole('listitem').getByRole('link').first().focus()
  const slow = await Held.hold(page, 'consultation')
  await page.keyboard.press('Enter')
  const heading = page.getByRole('heading', { level: 1, name: 'Consultation' })
  await expect(heading).toBeFocused()
  await slow.letGo()
  await expect(page.getByRole('heading', { level: 2, name: 'Maria K.' })).toBeVisible()
  await expect(heading).toBeFocused()
})

test('what goes once it was pressed hands the focus on', async ({ host, page }) => {
  const { id } = await host.plan()
  await host.call('do_not_disturb', { minutes: 60, everything: false })
  await page.getByRole('button', { name: 'Turn off' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Turn off' })).toBeHidden()
  await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeFocused()

  await page.goto(`${host.url}/#/settings`)
  await page.getByRole('button', { name: '30 min', exact: true }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Turn off' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: '30 min', exact: true })).toBeFocused()

  await host.set({ hide_names: true })
  await page.goto(`${host.url}/#/change/${id}`)
  await page.getByRole('button', { name: 'Show names' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Client', { exact: true })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
})

test('a message that goes with its button gives the focus back to where it was', async ({ host, page }) => {
  await host.plan()
  const { id } = await host.plan({ client: 'Dmitry L.', time: '15:30' })
  await page.goto(`${host.url}/#/consultation/${id}`)
  const copy = page.getByRole('button', { name: 'Copy link' })
  await copy.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Dismiss message' }).click()
  await expect(toast(page, 'Link copied')).toBeHidden()
  await expect(copy).toBeFocused()

  await page.getByRole('button', { name: 'Cancel consultation' }).click()
  const row = page.getByRole('listitem').filter({ hasText: 'Dmitry L.' }).getByRole('link').first()
  await expect(row).toBeFocused()
  await page.getByRole('button', { name: 'Undo' }).focus()
  await page.keyboard.press('Enter')
  await expect(toast(page, 'Consultation restored')).toBeVisible()
  await expect(row).toBeFocused()
})

test('a dialog keeps the focus, answers Esc and gives the focus back', async ({ host, page }) => {
  await page.goto(`${host.url}/#/connection/jitsi`)
  const disconnect = page.getByRole('main').getByRole('button', { name: 'Disconnect' })
  await disconnect.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Disconnect “Jitsi Meet”?' })
  await expect(dialog).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(dialog.getByRole('button', { name: 'Disconnect' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(disconnect).toBeFocused()
  await expect(page.getByRole('heading', { level: 1, name: 'Jitsi Meet' })).toBeVisible()
  await expect.poll(async () => (await host.state()).connections).toHaveLength(1)
})

test('the month is walked by arrows', async ({ host, page }) => {
  await page.goto(`${host.url}/#/new`)
  await page.getByRole('button', { name: 'Pick a day' }).press('Enter')
  await expect(page.getByRole('button', { name: /Monday, 23 November/ })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Date', { exact: true })).toHaveValue(/Tue, 1 Dec/)
  await page.getByLabel('Date', { exact: true }).press('ArrowUp')
  await expect(page.getByLabel('Date', { exact: true })).toHaveValue(/Wed, 2 Dec/)
  await page.getByLabel('Time', { exact: true }).fill('14:50')
  await page.getByLabel('Time', { exact: true }).press('ArrowUp')
  await expect(page.getByLabel('Time', { exact: true })).toHaveValue('15:00')
})
