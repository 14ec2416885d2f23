import { beforeEach, expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { SAMPLE_NOW, samples } from '$bridge/sample'
import { words } from '$shared/words/words.svelte'
import type { AppView } from '$generated/AppView'
import { Draft, usableProviders } from './draft.svelte'

const moscow = { locale: 'ru', zone: 'Europe/Moscow' }
const day = samples.next()
const fresh = () => Draft.fresh(day, SAMPLE_NOW, moscow)
const rooms = samples.rooms()
const asks = rooms.providers.find((provider) => provider.by_request)!
const pastes = rooms.providers.find((provider) => provider.kind === 'rooms' && !provider.makes_rooms)!
const asked = (view: AppView = rooms) => {
  const draft = Draft.fresh(view, SAMPLE_NOW, moscow)
  draft.provider = asks.id
  return draft
}
const refusal =
  (code: string, field: string | null = null, facts = {}) =>
  () =>
    Promise.reject(new CommandError({ code, field, facts }))

beforeEach(() => words.use('en'))

test('a new draft needs only a name', () => {
  const draft = fresh()
  const [first] = usableProviders(samples.next())
  expect(draft.asCommand(day)).toEqual({
    client: '',
    date: '2026-11-23',
    time: '14:30',
    minutes: 50,
    time_zone: 'Europe/Moscow',
    provider: first?.id,
    link: null,
    note: '',
    room: null,
    calendar: null,
    client_side: null,
    another_client: false,
  })
})

test('without a connection only what needs none is offered', () => {
  const view = { ...samples.next(), connections: [] }
  expect(usableProviders(view).every((provider) => provider.fields.length === 0)).toBe(true)
  expect(Draft.fresh(view, SAMPLE_NOW, moscow).provider).toBe(usableProviders(view)[0]?.id)
})

test('the link that was shown is the link that is made', async () => {
  const draft = fresh()
  await draft.look(() => Promise.resolve('https://meet.example.org/shown'))
  expect(draft.asCommand(day).link).toBe('https://meet.example.org/shown')
})

test('a slow preview does not overwrite a newer one', async () => {
  const draft = fresh()
  let answerOld: (link: string) => void = () => {}
  const old = draft.look(() => new Promise((resolve) => (answerOld = resolve)))
  await draft.look(() => Promise.resolve('new'))
  answerOld('old')
  await old
  expect(draft.preview).toBe('new')
})

test('a pasted link goes before a made one, and back', () => {
  const draft = fresh()
  draft.preview = 'https://made'
  draft.pasted = ' https://pasted '
  draft.pastes = true
  expect(draft.asCommand(day).link).toBe('https://pasted')
  draft.pastes = false
  expect(draft.asCommand(day).link).toBe('https://made')
  draft.provider = pastes.id
  expect(draft.asCommand(day).link).toBe('https://pasted')
})

test('a refusal stands under its field and what was typed stays', async () => {
  const draft = fresh()
  draft.client = 'Ann'
  const made = await draft.send(() => Promise.reject(new CommandError({ code: 'x', field: 'client' })))
  expect(made).toBeNull()
  expect(draft.errors.client).toBeTruthy()
  expect(draft.trouble).toBe('')
  expect(draft.client).toBe('Ann')
  expect(draft.busy).toBe(false)
})

test('a refusal of no known field is told for the whole form', async () => {
  const draft = fresh()
  await draft.send(() => Promise.reject(new CommandError({ code: 'x', field: 'elsewhere' })))
  expect(draft.trouble).toBeTruthy()
})

test('two presses send once', async () => {
  const draft = fresh()
  let sent = 0
  const send = () => draft.send(async () => ++sent)
  await Promise.all([send(), send()])
  expect(sent).toBe(1)
})

test('what cannot be read is not sent', () => {
  const draft = fresh()
  draft.date = ''
  draft.time = ''
  draft.pastes = true
  expect(draft.complete(day)).toBe(false)
  expect(Object.keys(draft.errors).sort()).toEqual(['date', 'link', 'time'])
})

test('a calendar is no place to meet at, connected or not', () => {
  const calendar = rooms.providers.find((provider) => provider.kind === 'calendar')!
  const connection = { ...rooms.connections[0]!, provider: calendar.id }
  const view = { ...rooms, connections: [...rooms.connections, connection] }
  expect(usableProviders(view)).not.toContain(calendar)
})

test('a room that is made when asked has no link before, and is wished as careful as can be', () => {
  const draft = asked()
  draft.preview = 'https://left.over'
  expect(draft.linkWay(rooms)).toBe('asked')
  expect(draft.asCommand(rooms)).toMatchObject({
    link: null,
    room: { waiting_room: asks.waiting_room[0], cohosts: [], summary: false, broadcast: null },
  })
  draft.pastes = true
  draft.pasted = 'https://pasted'
  expect(draft.asCommand(rooms)).toMatchObject({ link: 'https://pasted', room: null })
})

test.each([
  ['the right to make rooms', { abilities: [{ key: 'rooms', allowed: false }] }, 'pasted'],
  ['an account', { connected: false }, 'pasted'],
  ['a name of the account', { account: null }, 'asked'],
])('without %s a link is %s', (_, lacks, way) => {
  const connections = rooms.connections.map((one) => (one.provider === asks.id ? { ...one, ...lacks } : one))
  expect(asked().linkWay({ ...rooms, connections })).toBe(way)
})

test('a room that may have been made is not asked for again by sending', async () => {
  const draft = asked()
  await draft.send(refusal('room_may_have_been_made'))
  expect([draft.blocked(rooms), draft.trouble, draft.errors]).toEqual([true, '', {}])
  draft.pastes = true
  expect(draft.blocked(rooms)).toBe(false)
  draft.pastes = false
  expect(draft.blocked(rooms)).toBe(true)
  await draft.send(() => Promise.resolve('made'))
  expect(draft.blocked(rooms)).toBe(false)
})

test('a refused field of the room is marked there, and unfolded', async () => {
  const draft = asked()
  draft.room.cohosts.putAddresses(['ann@example.org', 'Bob@example.org'])
  await draft.send(refusal('unknown_cohosts', 'cohosts', { emails: 'bob@example.org' }))
  expect(draft.room.errors.cohosts).toContain('bob@example.org')
  expect(draft.room.cohosts.wrong.map(({ email }) => email)).toEqual(['Bob@example.org'])
  expect(draft.room.open).toBe(true)
  expect(draft.trouble).toBe('')
})

test('what is no address is not sent', () => {
  const draft = asked()
  draft.room.cohosts.type('ann@example.org, bob')
  expect(draft.complete(rooms)).toBe(false)
  expect(draft.room.errors.cohosts).toBeTruthy()
})

test('a consultation stands in the calendar as its settings say, until a person says otherwise', () => {
  const draft = asked()
  expect(draft.asCommand(rooms).calendar).toEqual({ on: true, invited: [] })
  draft.inCalendar = false
  expect(draft.asCommand(rooms).calendar).toEqual({ on: false, invited: [] })
  const unchosen = { ...rooms, calendar: { ...rooms.calendar!, calendar: null } }
  expect(draft.asCommand(unchosen).calendar).toBeNull()
})

test('a colleague who was begun and not chosen is not left out silently', () => {
  const draft = asked()
  draft.invited.typed = 'Ann'
  expect(draft.complete(rooms)).toBe(false)
  expect(draft.errors.invited).toBeTruthy()
  draft.inCalendar = false
  expect(draft.complete(rooms)).toBe(true)
})

test('a change says nothing of the calendar that nobody touched', () => {
  const hero = rooms.hero!
  const draft = Draft.of(hero)
  expect(draft.asCommand(rooms).calendar).toBeNull()
  draft.calendarTouched = true
  expect(draft.asCommand(rooms).calendar).toEqual({ on: true, invited: hero.calendar!.invited })
})

test('a change keeps the link until another place is chosen', () => {
  const hero = rooms.hero!
  const draft = Draft.of(hero)
  expect([draft.linkWay(rooms), draft.asCommand(rooms).link]).toEqual(['kept', hero.link])
  expect(draft.asCommand(rooms).room).toBeNull()
  const first = usableProviders(rooms).find((provider) => provider.makes_rooms && !provider.by_request)!
  draft.provider = first.id
  expect([draft.linkWay(rooms), draft.asCommand(rooms).link]).toEqual(['shown', null])
})

test('a link of one’s own stays, too, when something else is changed', () => {
  const own = { ...rooms.hero!, provider: pastes.id, made: null }
  expect(Draft.of(own).complete(rooms)).toBe(true)
  expect(Draft.of(own).asCommand(rooms).link).toBe(own.link)
})

test('another room is asked for like the one that is gone', () => {
  const draft = Draft.of(rooms.hero!, true)
  expect(draft.linkWay(rooms)).toBe('asked')
  expect(draft.asCommand(rooms)).toMatchObject({ link: '', room: { cohosts: rooms.hero!.made!.cohosts } })
})

test('the same again wishes the same room', () => {
  const broadcast = rooms.groups[0]!.items[0]!.made!
  const proposed = { ...asked().asCommand(rooms), room: broadcast }
  const { title, description, organisation_only } = broadcast.broadcast!
  expect(Draft.like(proposed, moscow).asCommand(rooms).room).toEqual({
    ...broadcast,
    broadcast: { title, description, organisation_only },
  })
})

test('a change keeps the times in the zone they were given in', () => {
  const hero = samples.next().hero!
  const draft = Draft.of({ ...hero, time_zone: 'Asia/Tokyo' })
  expect([draft.date, draft.time, draft.zone]).toEqual(['2026-11-23', '20:24', 'Asia/Tokyo'])
})

test('the same again keeps a pasted link and has another one made else', () => {
  const proposed = { ...fresh().asCommand(day), client: 'Ann', date: '2026-11-30', note: 'diary' }
  const made = Draft.like(proposed, moscow)
  expect([made.pastes, made.changes, made.asCommand(day).link]).toEqual([false, null, null])
  const pasted = Draft.like({ ...proposed, link: 'https://pasted' }, moscow)
  expect(pasted.asCommand(day)).toEqual({ ...proposed, link: 'https://pasted' })
})

test('a change says what its form was opened with, the calendar too', () => {
  const hero = rooms.hero!
  const draft = Draft.of(hero)
  const opened = draft.asOpened(rooms)
  expect(opened.calendar).toEqual({ on: true, invited: hero.calendar!.invited })
  draft.note = 'diary'
  expect({ ...draft.asCommand(rooms), note: opened.note, calendar: opened.calendar }).toEqual(opened)
})

test('a change knows whether the client’s link outlives the room', () => {
  const one = samples.clients().hero!
  expect(Draft.of(one).hasPage).toBe(true)
  expect(Draft.of({ ...one, page_link: null }).hasPage).toBe(false)
})
