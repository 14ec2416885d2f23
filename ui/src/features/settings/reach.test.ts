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
  let answer: (done: boolean) => void = () => {}
  const { one } = form(() => new Promise((resolve) => (answer = resolve)))
  const saving = one.chooseSeconds(120)
  one.hear(saved)
  expect(one.values.after_seconds).toBe(120)
  answer(true)
  await saving
  expect(one.values.after_seconds).toBe(120)
})

test('a state that arrives while a time is typed does not eat the figures', () => {
  const { one } = form()
  one.typingFrom = '2'
  one.from = ''
  one.hear({ ...saved, quiet_from: '22:00', quiet_to: '08:00', quiet_even_clients: false })
  expect(one.from).toBe('')
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
