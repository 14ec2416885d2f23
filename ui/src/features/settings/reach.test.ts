import { expect, test } from 'vitest'
import type { ReachDraft } from '$generated/ReachDraft'
import type { ReachView } from '$generated/ReachView'
import { ReachForm } from './reach.svelte'

const saved: ReachView = {
  telegram: 'bound',
  telegram_name: 'Helen',
  telegram_next_name: null,
  after_seconds: 60,
  quiet_from: null,
  quiet_to: null,
  quiet_even_clients: false,
  binding_until: null,
}

function form(save: (draft: ReachDraft) => Promise<boolean> = async () => true) {
  const sent: ReachDraft[] = []
  const one = new ReachForm(saved, (draft) => {
    sent.push(draft)
    return save(draft)
  })
  return { one, sent }
}

/** Whose saves wait to be answered one by one. */
function held() {
  const waiting: ((done: boolean) => void)[] = []
  const answer = async (done: boolean) => {
    await expect.poll(() => waiting.length).toBe(1)
    waiting.shift()?.(done)
  }
  return { ...form(() => new Promise((resolve) => waiting.push(resolve))), answer }
}

test('quiet hours begin as a night, and end together', async () => {
  const { one, sent } = form()
  await one.turnQuiet(true)
  expect(sent.at(-1)).toEqual({
    after_seconds: 60,
    quiet_from: '22:00',
    quiet_to: '08:00',
    quiet_even_clients: false,
  })
  expect([one.quiet, one.overMidnight]).toEqual([true, true])
  await one.turnQuiet(false)
  expect(sent.at(-1)).toEqual({
    after_seconds: 60,
    quiet_from: null,
    quiet_to: null,
    quiet_even_clients: false,
  })
})

test('typed hours are saved once both can be read and differ', async () => {
  const { one, sent } = form()
  await one.turnQuiet(true)
  one.from = ''
  await one.settle()
  one.from = '08:00'
  await one.settle()
  expect(one.same).toBe(true)
  expect(sent).toHaveLength(1)
  one.from = '13:00'
  one.to = '14:30'
  await one.settle()
  expect(sent.at(-1)).toEqual({
    after_seconds: 60,
    quiet_from: '13:00',
    quiet_to: '14:30',
    quiet_even_clients: false,
  })
  expect(one.overMidnight).toBe(false)
})

test('a refused choice goes back', async () => {
  const { one } = form(async () => false)
  await one.chooseSeconds(300)
  expect(one.values.after_seconds).toBe(60)
})

test('an older state that arrives while a choice is being saved does not undo it', async () => {
  const { one, answer } = held()
  const saving = one.chooseSeconds(120)
  one.hear(saved)
  expect(one.values.after_seconds).toBe(120)
  await answer(true)
  await saving
  expect(one.values.after_seconds).toBe(120)
})

test('a state that arrives while a time is typed does not eat the figures', async () => {
  const { one } = form()
  await one.turnQuiet(true)
  one.typingFrom = '2'
  one.from = ''
  one.hear({ ...saved, quiet_from: '22:00', quiet_to: '08:00', quiet_even_clients: false })
  expect(one.from).toBe('')
})

test('a time that is typed while a choice is being saved stays to be saved', async () => {
  const { one, sent, answer } = held()
  const saving = one.turnQuiet(true)
  one.typingFrom = '23'
  one.from = '23:00'
  await answer(true)
  await saving
  one.hear({ ...saved, quiet_from: '22:00', quiet_to: '08:00' })
  expect(one.from).toBe('23:00')
  one.typingFrom = null
  const settling = one.settle()
  await answer(true)
  await settling
  expect(sent.at(-1)).toMatchObject({ quiet_from: '23:00', quiet_to: '08:00' })
})

test('of two choices the second waits for the first', async () => {
  const { one, sent, answer } = held()
  void one.chooseSeconds(120)
  const last = one.chooseSeconds(300)
  await answer(true)
  expect(sent).toHaveLength(1)
  expect(one.values.after_seconds).toBe(300)
  await answer(true)
  await last
  expect(one.values.after_seconds).toBe(300)
})

test('what is typed goes when the hours are given up elsewhere', async () => {
  const { one } = form()
  await one.turnQuiet(true)
  one.typingTo = '7'
  one.to = ''
  one.hear(saved)
  expect([one.quiet, one.to, one.typingTo]).toEqual([false, '', null])
})

test('what quiet hours are silent about ends with them', async () => {
  const { one, sent } = form()
  await one.turnQuiet(true)
  await one.turnEvenClients(true)
  await one.turnQuiet(false)
  expect(sent.map((draft) => draft.quiet_even_clients)).toEqual([false, true, false])
})

test('quiet about waiting clients is chosen for good', async () => {
  const { one, sent } = form()
  await one.turnEvenClients(true)
  expect(sent).toEqual([{ after_seconds: 60, quiet_from: null, quiet_to: null, quiet_even_clients: true }])
})
