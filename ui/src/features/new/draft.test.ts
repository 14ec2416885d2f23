import { beforeEach, expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { SAMPLE_NOW, samples } from '$bridge/sample'
import { words } from '$shared/words/words.svelte'
import { Draft, usableProviders } from './draft.svelte'

const moscow = { locale: 'ru', zone: 'Europe/Moscow' }
const fresh = () => Draft.fresh(samples.next(), SAMPLE_NOW, moscow)

beforeEach(() => words.use('en'))

test('a new draft needs only a name', () => {
  const draft = fresh()
  const [first] = usableProviders(samples.next())
  expect(draft.asCommand(true)).toEqual({
    client: '',
    date: '2026-11-23',
    time: '14:30',
    minutes: 50,
    time_zone: 'Europe/Moscow',
    provider: first?.id,
    link: null,
    note: '',
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
  expect(draft.asCommand(true).link).toBe('https://meet.example.org/shown')
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
  expect(draft.asCommand(true).link).toBe('https://pasted')
  draft.pastes = false
  expect(draft.asCommand(true).link).toBe('https://made')
  expect(draft.asCommand(false).link).toBe('https://pasted')
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
  expect(draft.complete(true)).toBe(false)
  expect(Object.keys(draft.errors).sort()).toEqual(['date', 'link', 'time'])
})

test('a change keeps the times in the zone they were given in', () => {
  const hero = samples.next().hero!
  const draft = Draft.of({ ...hero, time_zone: 'Asia/Tokyo' })
  expect([draft.date, draft.time, draft.zone]).toEqual(['2026-11-23', '20:24', 'Asia/Tokyo'])
})

test('the same again keeps a pasted link and has another one made else', () => {
  const proposed = { ...fresh().asCommand(true), client: 'Ann', date: '2026-11-30', note: 'diary' }
  const made = Draft.like(proposed, moscow)
  expect([made.pastes, made.changes, made.asCommand(true).link]).toEqual([false, null, null])
  const pasted = Draft.like({ ...proposed, link: 'https://pasted' }, moscow)
  expect(pasted.asCommand(true)).toEqual({ ...proposed, link: 'https://pasted' })
})
