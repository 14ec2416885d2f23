import { beforeEach, expect, test } from 'vitest'
import { CommandError } from '$bridge'
import type { Thread } from '$generated/Thread'
import type { ThreadItem } from '$generated/ThreadItem'
import { words } from '$shared/words/words.svelte'
import { Talk } from './talk.svelte'

const item = (id: string, from_client = true): ThreadItem => ({
  id,
  at: '2026-11-23T11:00:00Z',
  from_client,
  text: id,
  what: 'text',
  channel: 'whatsapp',
  state: from_client ? null : 'sent',
  message: null,
})
let number = 0
const nothing = async () => ({})
const talk = (items: ThreadItem[] = [], write: (text: string) => Promise<unknown> = nothing) =>
  new Talk(`talk-${++number}`, async () => ({ items }), nothing, write)

beforeEach(() => words.use('en'))

test('the last of the client’s messages are marked as new, and stay so when they are read again', async () => {
  const one = talk([item('a'), item('mine', false), item('b'), item('c')])
  await one.look(2)
  expect([...one.fresh]).toEqual(['b', 'c'])
  await one.look(0)
  expect([...one.fresh]).toEqual(['b', 'c'])
})

test('a slow answer to an old question is dropped', async () => {
  let answer: (thread: Thread) => void = () => {}
  let asked = 0
  const one = new Talk(
    'slow',
    () =>
      asked++ ? Promise.resolve({ items: [item('new')] }) : new Promise((resolve) => (answer = resolve)),
    nothing,
    nothing,
  )
  const old = one.look(0)
  await one.look(0)
  answer({ items: [item('old')] })
  await old
  expect(one.items.map(({ id }) => id)).toEqual(['new'])
})

test('an answer counts although a newer question was asked meanwhile', async () => {
  const answers: ((thread: Thread) => void)[] = []
  const one = new Talk('asked', () => new Promise((resolve) => answers.push(resolve)), nothing, nothing)
  const first = one.look(1)
  const second = one.look(0)
  answers[0]?.({ items: [item('a')] })
  await first
  expect([one.known, [...one.fresh]]).toEqual([true, ['a']])
  answers[1]?.({ items: [item('a'), item('b')] })
  await second
  expect([one.items.length, [...one.fresh]]).toEqual([2, ['a']])
})

test('the client’s messages are read when they are seen, each told once, and again when that did not arrive', async () => {
  const told: string[][] = []
  let works = false
  const say = async (read: string[]) => {
    told.push(read)
    if (!works) throw new CommandError({ code: 'x' })
  }
  const items = [item('a'), item('mine', false)]
  const one = new Talk('seen', async () => ({ items: [...items] }), say, nothing)
  await one.see()
  await one.look(1)
  expect(told).toEqual([])
  await one.see()
  works = true
  await one.see()
  await one.see()
  items.push(item('b'))
  await one.look(1)
  await one.see()
  expect(told).toEqual([['a'], ['a'], ['b']])
})

test('a message that is on its way when its screen is left is sent once, and leaves the field of the next', async () => {
  const sent: string[] = []
  let answer!: () => void
  const write = (text: string) => {
    sent.push(text)
    return new Promise<void>((resolve) => (answer = resolve))
  }
  const left = new Talk('left', async () => ({ items: [] }), nothing, write)
  left.typed = 'Hello'
  const sending = left.send()
  const next = new Talk('left', async () => ({ items: [] }), nothing, write)
  expect([next.busy, next.typed]).toEqual([true, 'Hello'])
  expect(await next.send()).toBe(false)
  answer()
  await sending
  expect([sent, next.busy, next.typed]).toEqual([['Hello'], false, ''])
  next.typed = 'More'
  expect(left.typed).toBe('More')
})

test('what is hidden is let go of, also when it was being read', async () => {
  const one = talk([item('a')])
  await one.look(1)
  const reading = one.look(0)
  one.forget()
  await reading
  expect([one.items, [...one.fresh], one.known]).toEqual([[], [], false])
  await one.look(0)
  expect(one.items.map(({ id }) => id)).toEqual(['a'])
})

test('what was read stays when it cannot be read again', async () => {
  let works = true
  const one = new Talk(
    'cut',
    () => (works ? Promise.resolve({ items: [item('a')] }) : Promise.reject(new CommandError({ code: 'x' }))),
    nothing,
    nothing,
  )
  await one.look(0)
  works = false
  await one.look(0)
  expect([one.items.length, one.known, one.failure?.code]).toEqual([1, true, 'x'])
})

test('a sent message leaves the field, and the marks', async () => {
  const sent: string[] = []
  const one = talk([item('a')], async (text) => sent.push(text))
  await one.look(1)
  one.typed = ' Hello '
  expect(await one.send()).toBe(true)
  expect([sent, one.typed, one.fresh.size]).toEqual([['Hello'], '', 0])
  expect(await one.send()).toBe(false)
  expect(sent).toHaveLength(1)
})

test('a refused message stays in the field, also over a look at another screen', async () => {
  const refuse = () => Promise.reject(new CommandError({ code: 'backend_unreachable' }))
  const one = new Talk('kept', async () => ({ items: [] }), nothing, refuse)
  one.typed = 'Hello'
  expect(await one.send()).toBe(false)
  expect(one.typed).toBe('Hello')
  expect(one.refused).not.toBe('')
  expect(new Talk('kept', async () => ({ items: [] }), nothing, refuse).typed).toBe('Hello')
})

test('what is typed on while a message is on its way is not lost', async () => {
  const one = talk([], async () => (one.typed = 'Hello and more'))
  one.typed = 'Hello'
  await one.send()
  expect(one.typed).toBe('Hello and more')
})
