import type { ClientWishes } from '../../ui/src/generated/ClientWishes.ts'
import { expect, test } from './support/clients.ts'
import { Held } from './support/held.ts'
import { accessible } from './support/screens.ts'
import { openedPage, type Services } from './support/services.ts'
import { hero, toast } from './support/test.ts'

const byWhatsApp = (phone: string): Partial<ClientWishes> => ({ contact: { channel: 'whatsapp', phone, email: '', language: 'ru' } })

/** What WhatsApp has taken. */
const taken = async ({ green }: Services) => (await green.state()).instances.find(({ kind }) => kind === 'whatsapp')?.messages ?? []

test('the link goes out by WhatsApp, and what became of it is seen', async ({ host, page, services, begin, copied }) => {
  const { id } = await begin({}, byWhatsApp('79001234567'))
  const link = await copied()
  await page.goto(`${host.url}/#/consultation/${id}`)
  await page.getByRole('button', { name: 'Send by WhatsApp' }).click()
  await expect(toast(page, /on its way by WhatsApp/)).toBeVisible()
  await expect.poll(async () => (await taken(services)).length).toBe(1)
  const [message] = await taken(services)
  expect(message?.chat).toBe('79001234567@c.us')
  expect(message?.text).toContain(link)
  expect(message?.text).toContain('14:00')
  const outgoing = page.locator('.outgoing')
  await expect(outgoing).toContainText('sent')
  await services.green.edit('message', 'deliver')
  await expect(outgoing).toContainText('delivered')
  await services.green.edit('message', 'read')
  await expect(outgoing).toContainText('read')
  await accessible(page, 'a link that was read')
})

test('a number that is not at WhatsApp is told as such, with another way', async ({ host, page, services, begin, copied }) => {
  const { id } = await begin({}, byWhatsApp('79000000000'))
  await copied()
  await page.goto(`${host.url}/#/consultation/${id}`)
  await page.getByRole('button', { name: 'Send by WhatsApp' }).click()
  await expect(page.locator('main')).toContainText('There is nobody with this number in the messenger.')
  await expect(page.getByRole('button', { name: 'Another way' }).first()).toBeVisible()
  await accessible(page, 'nobody of that number')
  await expect.poll(async () => (await taken(services)).filter(({ status }) => status !== 'noAccount')).toEqual([])
})

test('another way is sent while one hangs, and the same way only once', async ({ host, page, begin, copied }) => {
  const { id } = await begin({}, byWhatsApp('79001234567'))
  await copied()
  await page.goto(`${host.url}/#/consultation/${id}`)
  const send = await Held.hold(page, 'send_link')
  const own = page.getByRole('button', { name: 'Send by WhatsApp' })
  await own.dblclick()
  await expect(own).toHaveAttribute('aria-busy', 'true')
  await page.getByRole('button', { name: 'Another way' }).click()
  await page.getByRole('menuitem', { name: /^Copy as a message/ }).click()
  await send.waits(2)
  expect(send.asked).toEqual([
    { id, channel: null },
    { id, channel: 'clipboard' },
  ])
  await send.answer(1)
  await expect(toast(page, /^Copied/)).toBeVisible()
  await expect(own).toHaveAttribute('aria-busy', 'true')
  await send.answer()
  await expect(toast(page, /on its way by WhatsApp/)).toBeVisible()
  await expect(own).not.toHaveAttribute('aria-busy')
})

test('what a client writes is read and answered here', async ({ host, page, services, begin, copied }) => {
  const { id } = await begin({}, byWhatsApp('79001234567'))
  await copied()
  await page.goto(`${host.url}/#/consultation/${id}`)
  await page.getByRole('button', { name: 'Send by WhatsApp' }).click()
  await expect.poll(async () => (await taken(services)).length).toBe(1)
  await services.green.edit('person', 'write', { phone: '79001234567', text: 'Опоздаю на пять минут' })
  await page.goto(host.url)
  await hero(page).getByRole('link', { name: 'Message. 1 unread message' }).click()
  const thread = page.getByRole('log')
  await expect(thread).toContainText('Опоздаю на пять минут')
  await page.getByRole('textbox', { name: 'Message to the client' }).fill('Хорошо, жду')
  await page.keyboard.press('Enter')
  await expect(thread).toContainText('Хорошо, жду')
  await expect.poll(async () => (await taken(services)).map(({ text }) => text)).toContainEqual(expect.stringContaining('Хорошо, жду'))
  await accessible(page, 'a conversation')
})

test('a message in a window that nobody looks at is not read, until somebody does', async ({ host, page, services, begin, copied }) => {
  const { id } = await begin({}, byWhatsApp('79001234567'))
  await copied()
  const unread = async () => (await host.call('consultation', { id })).unread
  const told: string[] = []
  page.on('request', (request) => void (request.url().endsWith('/command/read_thread') && told.push(request.url())))
  const lookedAt = (yes: boolean) =>
    page.evaluate((yes) => {
      document.hasFocus = () => yes
      dispatchEvent(new Event(yes ? 'focus' : 'blur'))
    }, yes)
  await page.goto(`${host.url}/#/consultation/${id}`)
  await lookedAt(false)
  await page.getByRole('button', { name: 'Send by WhatsApp' }).click()
  await expect.poll(async () => (await taken(services)).length).toBe(1)
  await services.green.edit('person', 'write', { phone: '79001234567', text: 'Опоздаю на пять минут' })
  await expect(page.getByRole('log')).toContainText('Опоздаю на пять минут')
  await expect.poll(unread).toBe(1)
  await expect.poll(async () => (await host.standing()).map(({ title }) => title)).toContain('A client wrote to you')
  expect(told).toEqual([])
  await lookedAt(true)
  await expect.poll(unread).toBe(0)
  await expect.poll(async () => (await host.standing()).map(({ title }) => title)).not.toContain('A client wrote to you')
})

test('Telegram is bound in one press, owned to, and tells of a client who waits', async ({
  host,
  page,
  services,
  begin,
  copied,
  client,
}) => {
  await page.goto(`${host.url}/#/settings`)
  const part = page.getByRole('region', { name: 'When you are not here' })
  await part.getByRole('button', { name: 'Connect' }).click()
  await expect(part).toContainText('Press Start in the chat')
  const chat = await openedPage(host, page)
  await chat.getByRole('button', { name: 'Start' }).click()
  await expect(part).toContainText('Is it you?')
  await accessible(page, 'a chat that answered')
  await part.getByRole('button', { name: 'It’s me' }).click()
  await expect(part).toContainText('Alerts go to the chat “Анна')
  await chat.close()

  await begin()
  await page.goto(host.url)
  const phone = await client()
  await phone.page.goto(await copied())
  await expect(hero(page)).toContainText(/waits on the page/i)
  // A minute during which nobody answers on this computer.
  await host.advance(1.1)
  // The backend sees that the clock was moved with the page's next word, ten seconds later at most.
  await expect
    .poll(async () => (await services.bot.state()).messages.map(({ text }) => text).join('\n'), { timeout: 25_000 })
    .toMatch(/14:00/)
  await services.bot.edit('person', 'press', { text: 'Через 5 минут' })
  await expect(phone.page.getByRole('heading', { name: phone.words.late })).toBeVisible()
  await expect(hero(page)).toContainText('You said: there at')
})
