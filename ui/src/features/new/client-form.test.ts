import { beforeEach, expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { contact, practice } from '$bridge/sample-clients'
import type { ClientWishes } from '$generated/ClientWishes'
import { words } from '$shared/words/words.svelte'
import { ClientForm, offeredChannels } from './client-form.svelte'

const known: ClientWishes = { contact: contact(), reminders: [60], door: 'when_admitted' }
const nothing: ClientWishes = { contact: null, reminders: [], door: 'at_time' }

beforeEach(() => words.use('en'))

test('an untouched form wishes nothing', () => {
  const form = new ClientForm()
  expect(form.wishes(practice)).toEqual(nothing)
  expect(form.touched).toBe(false)
  expect(form.summary(practice)).toBe('By hand, let in at the time')
})

test('a channel that sends by itself reminds, unless somebody has said otherwise', () => {
  const form = new ClientForm()
  form.choose('whatsapp', practice)
  form.phone = '8 900 123-45-67'
  expect(form.summary(practice)).toBe('WhatsApp, reminders 24 h and 1 h, let in at the time')
  expect(form.wishes(practice)).toEqual({
    contact: { channel: 'whatsapp', phone: '79001234567', email: '', language: 'en' },
    reminders: [1440, 60],
    door: 'at_time',
  })
  form.remind(1440, false)
  form.choose('max', practice)
  expect(form.summary(practice)).toBe('MAX, reminder 1 h, let in at the time')
})

test('nothing is promised that nobody would send', () => {
  const form = ClientForm.of({ contact: contact({ channel: 'email' }), reminders: [60], door: 'at_time' })
  expect(form.wishes(practice).reminders).toEqual([])
  expect(form.summary(practice)).toBe('E-mail, let in at the time')
})

test('what stands in another channel’s field does not travel', () => {
  const form = ClientForm.of(known)
  form.choose('email', practice)
  form.email = ' maria@example.org '
  expect(form.wishes(practice).contact).toEqual({
    channel: 'email',
    phone: '',
    email: 'maria@example.org',
    language: 'ru',
  })
})

test('a phone stays with a client who is written to in Telegram', () => {
  const form = ClientForm.of(known)
  form.choose('telegram', practice)
  expect(form.wishes(practice).contact?.phone).toBe('79001234567')
})

test('how it was the last time fills what was not touched', async () => {
  const form = new ClientForm()
  form.admit('at_once')
  await form.suggest(async () => known)
  expect(form.suggested).toBe(true)
  expect(form.phone).toBe('+7 900 123-45-67')
  expect(form.wishes(practice)).toEqual({ contact: contact(), reminders: [60], door: 'at_once' })
})

test('one client’s phone does not stay for another', async () => {
  const form = new ClientForm()
  await form.suggest(async () => known)
  await form.suggest(null)
  expect(form.wishes(practice)).toEqual(nothing)
  expect(form.suggested).toBe(false)
})

test('somebody else of the same name takes over nothing, and is told apart from then on', async () => {
  const form = new ClientForm()
  await form.suggest(async () => known)
  form.asAnother()
  expect([form.suggested, form.another]).toEqual([false, true])
  expect(form.wishes(practice)).toEqual({
    contact: { channel: 'clipboard', phone: '', email: '', language: 'en' },
    reminders: [],
    door: 'at_time',
  })
  await form.suggest(null)
  expect(form.another).toBe(false)
})

test('a slow answer about the name before is dropped', async () => {
  const form = new ClientForm()
  let answer: (wishes: ClientWishes) => void = () => {}
  const old = form.suggest(() => new Promise((resolve) => (answer = resolve)))
  await form.suggest(null)
  answer(known)
  await old
  expect(form.wishes(practice)).toEqual(nothing)
})

test('a name that cannot be looked up costs nothing', async () => {
  const form = new ClientForm()
  await form.suggest(() => Promise.reject(new CommandError({ code: 'unknown_command' })))
  expect(form.wishes(practice)).toEqual(nothing)
})

test('a phone is asked for where it is needed, and the part unfolds', () => {
  const form = new ClientForm()
  form.choose('whatsapp', practice)
  expect(form.complete()).toBe(false)
  expect([form.open, form.errors.phone]).toEqual([true, 'The phone is needed to write to the client.'])
  form.phone = 'later'
  expect(form.complete()).toBe(false)
  form.phone = '+7 900 123-45-67'
  expect(form.complete()).toBe(true)
  form.choose('email', practice)
  expect(form.complete()).toBe(false)
  form.email = 'nobody'
  expect(form.complete()).toBe(false)
  form.email = 'maria@example.org'
  expect(form.complete()).toBe(true)
})

test('a refusal of the phone stands under it; any other belongs elsewhere', () => {
  const form = new ClientForm()
  form.choose('whatsapp', practice)
  expect(form.refuse(new CommandError({ code: 'x', field: 'phone' }))).toBe(true)
  expect(form.errors.phone).toBeTruthy()
  expect(form.refuse(new CommandError({ code: 'x', field: 'contact' }))).toBe(true)
  expect(form.refuse(new CommandError({ code: 'x', field: 'email' }))).toBe(false)
  expect(form.refuse(new CommandError({ code: 'x', field: 'date' }))).toBe(false)
})

test('a messenger that cannot be opened from here is offered where the practice has it', () => {
  expect(offeredChannels(practice, 'clipboard')).toContain('max')
  expect(offeredChannels({ ...practice, channels: [] }, 'clipboard')).not.toContain('max')
  expect(offeredChannels({ ...practice, channels: [] }, 'max')).toContain('max')
})
