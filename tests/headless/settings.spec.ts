import { guest, Room } from './support/rooms.ts'
import { expect, hero, test, toast } from './support/test.ts'

test.beforeEach(async ({ host, page }) => {
  await page.goto(`${host.url}/#/settings`)
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
})

test('the language changes at once, in the window, the tray and notifications', async ({ host, page }) => {
  await page.getByRole('radio', { name: 'Русский' }).check()
  await expect(page.getByRole('heading', { level: 1, name: 'Настройки' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru')
  await expect.poll(async () => JSON.stringify(await host.tray())).toContain('Настройки')
  const consultation = await host.plan()
  await new Room(host, consultation).joins(guest())
  await expect.poll(async () => (await host.standing())[0]).toMatchObject({
    title: 'Клиент в комнате',
    buttons: ['Войти', 'Буду через 5 мин'],
  })
  await page.getByRole('radio', { name: 'English' }).check()
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
})

test('the theme changes at once, and the system’s is followed', async ({ host, page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await ground()
  await page.getByRole('radio', { name: 'Dark' }).check()
  await expect.poll(ground).not.toBe(light)
  await page.getByRole('radio', { name: 'Light' }).check()
  await expect.poll(ground).toBe(light)
  await page.getByRole('radiogroup', { name: 'Theme' }).getByRole('radio', { name: 'System' }).check()
  await expect.poll(async () => (await host.state()).settings.theme).toBe('system')
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(ground).not.toBe(light)
})

test('what is switched is kept over a restart of the window', async ({ host, page }) => {
  await page.getByRole('switch', { name: 'Sound' }).click()
  await page.getByRole('switch', { name: 'Warn 5 minutes before the end' }).click()
  await page.getByRole('switch', { name: 'Start when I sign in' }).click()
  await page.getByRole('group', { name: 'Remind of the start' }).getByRole('button', { name: '15 minutes before' }).click()
  await page.getByLabel('Your name').fill('Elena S.')
  await page.getByRole('radiogroup', { name: 'Usual lengths' }).getByRole('radio', { name: '90' }).check()
  await page.getByLabel('Your name').blur()
  await expect
    .poll(async () => (await host.state()).settings)
    .toMatchObject({ sound: false, warn_before_end: false, autostart: true, reminders: [15], specialist_name: 'Elena S.', default_minutes: 90 })
  await page.reload()
  await expect(page.getByRole('switch', { name: 'Sound' })).not.toBeChecked()
  await expect(page.getByLabel('Your name')).toHaveValue('Elena S.')
  await page.keyboard.press('Control+n')
  await expect(page.getByRole('spinbutton', { name: 'Length' })).toHaveValue('90')
})

test('a name is typed on after a pause, with the space it was typed with', async ({ host, page }) => {
  const name = page.getByLabel('Your name')
  await name.fill('')
  await name.pressSequentially('Anna ')
  await expect.poll(async () => (await host.state()).settings.specialist_name).toBe('Anna')
  // The window has heard of it once it shows something that was changed later.
  await host.set({ sound: false })
  await expect(page.getByRole('switch', { name: 'Sound' })).not.toBeChecked()
  await name.pressSequentially('Petrova ')
  await name.blur()
  await expect(name).toHaveValue('Anna Petrova')
  await expect.poll(async () => (await host.state()).settings.specialist_name).toBe('Anna Petrova')
})

test('a reminder comes at its minute, and not before', async ({ host, page }) => {
  const reminders = page.getByRole('group', { name: 'Remind of the start' })
  await reminders.getByRole('button', { name: '10 minutes before' }).click()
  await expect(reminders.getByRole('button', { name: '10 minutes before' })).toHaveAttribute('aria-pressed', 'true')
  await expect.poll(async () => (await host.state()).settings.reminders).toEqual([10])
  await host.plan()
  await host.advance(9)
  await page.goto(`${host.url}/#/`)
  await expect(hero(page)).toContainText('In 11 minutes')
  expect(await host.standing()).toEqual([])
  await host.advance(1)
  await expect.poll(() => host.standing()).toMatchObject([{ title: 'Consultation at 14:00', body: '50 minutes are planned', buttons: ['Join'] }])
})

test('without notifications nothing is shown', async ({ host, page }) => {
  await page.getByRole('switch', { name: 'Notifications', exact: true }).click()
  await expect.poll(async () => (await host.state()).settings.notifications).toBe(false)
  const consultation = await host.plan()
  await new Room(host, consultation).joins(guest())
  await expect.poll(async () => (await host.tray()).state).toBe('client_there')
  await expect.poll(async () => (await host.notifications()).log).toEqual([])
})

test('the name of rooms is refused when it breaks a link, and stays as it was', async ({ host, page }) => {
  const name = page.getByLabel('Room’s name')
  const before = 'konsultaciya-{date}-{code}'
  await name.fill('comnata {code}?')
  await name.blur()
  await expect(toast(page, /The name of rooms holds characters that a link does not carry/)).toBeVisible()
  await expect.poll(async () => (await host.state()).settings.room_template).toBe(before)
  await name.fill('always-the-same')
  await name.blur()
  await expect(toast(page, /a room whose name can be guessed can be entered/)).toBeVisible()
  await expect.poll(async () => (await host.state()).settings.room_template).toBe(before)

  await name.fill('priyom-{date}-{code}')
  await name.blur()
  await expect.poll(async () => (await host.state()).settings.room_template).toBe('priyom-{date}-{code}')
  expect((await host.plan()).room).toMatch(/^priyom-23nov-[a-z0-9]{12}$/)
})

test('a short code is warned of', async ({ host, page }) => {
  const length = page.getByRole('slider', { name: 'Length of the code' })
  await length.fill('8')
  await expect(length).toHaveAccessibleDescription(/A short code can be guessed/)
  await expect.poll(async () => (await host.state()).settings.code_length).toBe(8)
  expect((await host.plan()).room).toMatch(/-[a-z0-9]{8}$/)
})

test('autostart shows what the system says', async ({ host, page }) => {
  await host.breakDesktop({ autostart: false })
  const start = page.getByRole('switch', { name: 'Start when I sign in' })
  await start.click()
  await expect(toast(page, /Starting with the system could not be changed/)).toBeVisible()
  await expect(start).not.toBeChecked()
})
