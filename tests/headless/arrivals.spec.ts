import type { Host } from './support/host.ts'
import { guest, RECORDER, ReportedRoom, Room } from './support/rooms.ts'
import { expect, hero, test, type Page } from './support/test.ts'

const announced = (page: Page) => page.locator('.sr-only[aria-live=polite]')

/** Notifications that were shown, in order; the reminders of a plan are not what these tests are about. */
const shown = async (host: Host) => (await host.notifications()).log.filter(({ what }) => what === 'show').map(({ title }) => title)

/** A report that the application has surely heard by when what was sent before it had its effect. */
async function settled(host: Host, page: Page) {
  const { room, id } = await host.plan({ client: 'Afterwards', date: '2026-11-23', time: '20:00' })
  const other = new Room(host, { room })
  await other.joins(guest())
  await expect.poll(async () => (await host.call('consultation', { id })).presence.place).toBe('room')
  await expect(page.getByText('Afterwards').first()).toBeVisible()
}

test('a client in the room is told by the list, a notification, the tray and the live region', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new Room(host, consultation)
  await host.advance(18) // 13:58
  const client = guest()
  await room.opens()
  await room.joins(client)

  await expect(hero(page)).toHaveClass(/waiting/)
  await expect(hero(page)).toContainText('The client is there')
  await expect(hero(page)).toContainText('in the room')
  await expect(hero(page).getByRole('listitem')).toHaveText(/13:58\s+In the room/)
  await expect(announced(page)).toHaveText(/Maria K\..*: the client is there/)

  const [notification] = await host.standing()
  expect(notification).toMatchObject({
    title: 'A client is in the room',
    body: 'Consultation at 14:00',
    buttons: ['Join', 'In 5 minutes'],
    urgent: true,
    sound: true,
  })
  await expect.poll(() => host.tray()).toMatchObject({ state: 'client_there' })
  await expect.poll(() => shown(host)).toEqual(['A client is in the room'])

  await host.advance(2)
  await expect(hero(page)).toContainText('Client waits 2 min')
})

test('a client who leaves is taken back and told, once and quietly', async ({ host, page }) => {
  const room = new Room(host, await host.plan())
  const client = guest()
  await room.joins(client)
  await expect.poll(() => shown(host)).toEqual(['A client is in the room'])
  await host.advance(3)
  await room.leaves(client)
  // Somebody whose line dropped returns within the time that the server keeps the place.
  await host.advance(2)

  await expect(hero(page)).toContainText(/The client left/)
  await expect(hero(page).getByRole('listitem').last()).toHaveText(/13:43\s+Left the room/)
  await expect.poll(async () => (await host.standing()).map(({ title }) => title)).toEqual(['The client left at 13:43'])
  const [{ urgent, sound, buttons }] = (await host.standing()) as [Awaited<ReturnType<Host['standing']>>[0]]
  expect({ urgent, sound, buttons }).toEqual({ urgent: false, sound: false, buttons: [] })
  await expect.poll(async () => (await host.tray()).state).not.toBe('client_there')
})

test('a client who comes although it was cancelled is shown and can be met', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new Room(host, consultation)
  await host.advance(18)
  await host.call('cancel_consultation', { id: consultation.id })
  await room.opens()
  await room.joins(guest())
  await page.goto(`${host.url}/#/consultation/${consultation.id}`)
  const main = page.getByRole('main')
  await expect(main).toContainText('The client is there, though it was cancelled')
  await expect(main.getByRole('button', { name: 'Restore consultation' })).toBeVisible()
  await page.goto(`${host.url}/#/`)
  await expect(page.getByText('The client is there, though it was cancelled')).toBeVisible()
  await page.getByRole('button', { name: /^Join/ }).click()
  await expect.poll(() => host.opened()).toHaveLength(1)
})

test('Join on the notification opens the room, and the own arrival alerts nothing', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new Room(host, consultation)
  await host.advance(18)
  await room.opens()
  await room.joins(guest())
  await expect.poll(() => shown(host)).toEqual(['A client is in the room'])
  await host.press(`consultation/${consultation.id}`, 0)
  await expect.poll(() => host.opened()).toHaveLength(1)
  await expect.poll(() => host.standing()).toEqual([])

  await room.joins(guest())
  await expect(hero(page)).toContainText(/Running, \d+ min left/)
  await expect(hero(page)).toHaveClass(/live/)
  await expect(hero(page).getByRole('button', { name: 'Open the room' })).toBeVisible()
  await expect.poll(() => host.tray()).toMatchObject({ state: 'in_session' })
  await expect.poll(() => shown(host)).toEqual(['A client is in the room'])
})

test('after Join in the window, the own arrival is no client’s', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new Room(host, consultation)
  const join = hero(page).getByRole('button', { name: 'Join the room' })
  await join.click()
  await expect.poll(() => host.opened()).toHaveLength(1)
  // The backend is told after the room was opened.
  await expect(join).not.toHaveAttribute('aria-busy')
  await room.opens()
  await room.joins(guest())
  await expect(hero(page)).toContainText('You are in the room, the client is not yet')
  await settled(host, page)
  await expect.poll(async () => (await shown(host)).length).toBe(1) // of the other room, in `settled`
  await expect.poll(async () => (await host.call('consultation', { id: consultation.id })).presence.place).toBe('nowhere')

  // A client who comes now finds the specialist inside: seen in the list, not alerted.
  await room.joins(guest())
  await expect.poll(async () => (await host.call('consultation', { id: consultation.id })).presence.place).toBe('room')
  expect((await host.standing()).filter(({ key }) => key.endsWith(consultation.id))).toEqual([])
})

test('the focus, a recorder and a health check are nobody', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new Room(host, consultation)
  await room.opens()
  await room.joins(RECORDER)
  const health = new Room(host, { room: '__jicofo-health-check-4711' })
  await health.opens()
  await health.closes()
  await room.closes()
  await settled(host, page)
  await expect.poll(() => shown(host)).toHaveLength(1)
  await expect.poll(async () => (await host.call('consultation', { id: consultation.id })).steps).toEqual([])
})

test('a report that comes twice, and a room that nobody planned, alert nobody', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new Room(host, consultation)
  const client = guest()
  await room.joins(client)
  await room.joins(client)
  await room.joins(client)
  await new Room(host, { room: 'konsultaciya-1jan-aaaaaaaaaaaa' }).joins(guest())
  await settled(host, page)
  await expect.poll(() => shown(host)).toEqual(['A client is in the room', 'A client is in the room'])
  const { steps, presence } = await host.call('consultation', { id: consultation.id })
  expect(steps.map(({ kind }) => kind)).toEqual(['joined'])
  expect(presence.place).toBe('room')
})

test('ten flaps of a line ring once, and at most say that the line is unstable', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new ReportedRoom(host, consultation)
  const client = room.someone('Maria')
  await room.joins(client)
  await expect.poll(() => shown(host)).toEqual(['A client is in the room'])
  for (let flap = 0; flap < 10; flap++) {
    await room.loses(client)
    await host.advance(0.1)
    await room.regains(client)
    await host.advance(0.1)
  }
  await settled(host, page)
  await expect.poll(() => shown(host)).toHaveLength(2)
  const { steps } = await host.call('consultation', { id: consultation.id })
  expect(steps.filter(({ kind }) => kind === 'left' || kind === 'joined_again')).toEqual([])
  expect(steps.filter(({ kind }) => kind === 'line_unstable').length).toBeLessThanOrEqual(1)
  await expect(page.getByText('The client’s connection is unstable.')).toHaveCount(
    steps.some(({ kind }) => kind === 'line_unstable') ? 1 : 0,
  )
})

test('a client in the lobby is told as such, and moves into the room without a second ring', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new ReportedRoom(host, consultation)
  const client = room.someone('Maria')
  await room.joins(client, 'lobby')
  await expect(hero(page)).toContainText('in the lobby')
  await expect(hero(page)).toContainText(/Name at the door:\s*Maria/)
  await expect.poll(async () => (await host.standing()).map(({ title }) => title)).toEqual(['A client waits in the lobby'])
  await room.admits(client)
  await expect(hero(page)).toContainText('in the room')
  await expect.poll(async () => (await host.notifications()).log.filter(({ what, sound }) => what === 'show' && sound)).toHaveLength(1)
})

test('a grant that comes late corrects what was said', async ({ host, page }) => {
  const consultation = await host.plan()
  const room = new ReportedRoom(host, consultation, { login: true })
  const specialist = room.someone('Elena')
  await room.joins(specialist)
  await expect.poll(() => shown(host)).toEqual(['A client is in the room'])
  await room.grants(specialist)
  await expect.poll(() => host.standing()).toEqual([])
  await expect(hero(page)).toContainText('You are in the room, the client is not yet')
  await expect.poll(async () => (await host.call('consultation', { id: consultation.id })).steps.map(({ kind }) => kind)).toEqual(['session_started'])
})

test('"In 5 minutes" keeps quiet for five, then rings again', async ({ host, page }) => {
  const consultation = await host.plan()
  await new Room(host, consultation).joins(guest())
  await hero(page).getByRole('button', { name: 'In 5 minutes' }).click()
  await expect(hero(page)).toContainText('You put it off until 13:45')
  await expect.poll(() => host.standing()).toEqual([])
  await host.advance(5.1)
  await expect.poll(async () => (await host.standing()).map(({ title }) => title)).toEqual(['A client is in the room'])
  await expect(hero(page).getByRole('button', { name: 'In 5 minutes' })).toBeVisible()
  await expect.poll(() => shown(host)).toHaveLength(2)
})

test('"Do not disturb" of everything leaves the arrival to the list', async ({ host, page }) => {
  const consultation = await host.plan()
  await page.goto(`${host.url}/#/settings`)
  await page.getByRole('switch', { name: 'Quiet about waiting clients too' }).click()
  await page.getByRole('group', { name: 'Do not disturb' }).getByRole('button', { name: '30 min' }).click()
  await expect(page.getByText('until 14:10')).toBeVisible()
  await page.goto(`${host.url}/#/`)
  await expect(page.getByText('Do not disturb until 14:10, clients who wait included')).toBeVisible()
  await new Room(host, consultation).joins(guest())
  await expect(hero(page)).toContainText('The client is there')
  expect(await host.standing()).toEqual([])
  await page.getByRole('button', { name: 'Turn off' }).click()
  await expect.poll(async () => (await host.standing()).length).toBe(1)
})

test('what stood before "Do not disturb" of everything stands again after it, without a second ring', async ({ host }) => {
  const consultation = await host.plan()
  await new Room(host, consultation).joins(guest())
  await expect.poll(() => shown(host)).toEqual(['A client is in the room'])
  await host.call('do_not_disturb', { minutes: 30, everything: true })
  await expect.poll(() => host.standing()).toEqual([])
  await host.call('do_not_disturb', { minutes: null, everything: false })
  await expect.poll(async () => (await host.standing()).map(({ title, sound }) => [title, sound])).toEqual([
    ['A client is in the room', false],
  ])
})

test('a Join that opens nothing alerts of the client all the same', async ({ host, page }) => {
  const consultation = await host.plan()
  await host.breakDesktop({ browser: false })
  await hero(page).getByRole('button', { name: 'Join the room' }).click()
  await expect(page.getByText('No browser could be opened.').first()).toBeVisible()
  await new Room(host, consultation).joins(guest())
  await expect.poll(() => shown(host)).toEqual(['A client is in the room'])
  const { presence } = await host.call('consultation', { id: consultation.id })
  expect(presence).toMatchObject({ place: 'room', specialist_inside: false })
})

test('a Join that leads nowhere is answer enough for a minute and a half', async ({ host }) => {
  const consultation = await host.plan()
  await new Room(host, consultation).joins(guest())
  await expect.poll(() => shown(host)).toEqual(['A client is in the room'])
  await host.press(`consultation/${consultation.id}`, 0)
  await expect.poll(() => host.standing()).toEqual([])
  await host.advance(1.6)
  await expect.poll(async () => (await host.standing()).map(({ sound }) => sound)).toEqual([true])
})
