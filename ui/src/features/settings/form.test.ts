import { beforeEach, expect, test, vi } from 'vitest'
import { samples } from '$bridge/sample'
import type { Settings } from '$generated/Settings'
import { SettingsForm } from './form.svelte'

const saved = samples.next().settings

beforeEach(() => void vi.useFakeTimers())

test('a choice is saved at once, typing after a pause', async () => {
  const sent: Settings[] = []
  const form = new SettingsForm(saved, async (settings) => sent.push(settings) > 0)
  await form.choose('theme', 'dark')
  expect(sent.map((one) => one.theme)).toEqual(['dark'])
  form.type('specialist_name', 'A')
  form.type('specialist_name', 'Ann')
  expect(sent).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(600)
  expect(sent.map((one) => one.specialist_name)).toEqual([saved.specialist_name, 'Ann'])
  expect(sent[1]?.theme).toBe('dark')
})

test('a refused change goes back', async () => {
  const form = new SettingsForm(saved, async () => false)
  await form.choose('sound', false)
  expect(form.values.sound).toBe(true)
})

test('a state that arrives while someone types does not eat the letters', () => {
  const form = new SettingsForm(saved, async () => true)
  form.type('specialist_name', 'An')
  form.hear({ ...saved, theme: 'dark' })
  expect(form.values.specialist_name).toBe('An')
  expect(form.values.theme).toBe('dark')
})

test('what is typed stays as it is until its field is left, whatever was saved of it', async () => {
  const sent: string[] = []
  const form = new SettingsForm(saved, async ({ specialist_name }) => sent.push(specialist_name) > 0)
  form.type('specialist_name', 'Ann ')
  await vi.advanceTimersByTimeAsync(600)
  form.hear({ ...saved, specialist_name: 'Ann' })
  expect([form.shown('specialist_name'), form.values.specialist_name]).toEqual(['Ann ', 'Ann'])
  form.type('specialist_name', 'Ann P')
  await form.leave()
  expect(sent).toEqual(['Ann ', 'Ann P'])
  form.hear({ ...saved, specialist_name: 'Ann P.' })
  expect(form.shown('specialist_name')).toBe('Ann P.')
})

test('what the application has made of a text before it answers is what stands', async () => {
  const form: SettingsForm = new SettingsForm(saved, async () => {
    form.hear({ ...saved, specialist_name: 'Ann' })
    return true
  })
  form.type('specialist_name', 'Ann ')
  await form.leave()
  expect(form.shown('specialist_name')).toBe('Ann')
})

test('what is refused while it is typed stays to be typed on, and goes back once its field is left', async () => {
  const form = new SettingsForm(saved, async () => false)
  form.type('room_template', 'always')
  await vi.advanceTimersByTimeAsync(600)
  expect(form.shown('room_template')).toBe('always')
  await form.leave()
  expect(form.shown('room_template')).toBe(saved.room_template)
})

test('letters typed while saving are saved too', async () => {
  const sent: string[] = []
  const form = new SettingsForm(saved, async ({ specialist_name }) => {
    sent.push(specialist_name)
    if (specialist_name === 'A') form.type('specialist_name', 'An')
    return true
  })
  form.type('specialist_name', 'A')
  await form.flush()
  expect(form.values.specialist_name).toBe('An')
  await vi.advanceTimersByTimeAsync(600)
  expect(sent).toEqual(['A', 'An'])
})

test('a second choice waits for the first to be saved, and carries it', async () => {
  const sent: Settings[] = []
  let answer: (done: boolean) => void = () => {}
  const form = new SettingsForm(saved, (settings) => {
    sent.push(settings)
    return new Promise((resolve) => (answer = resolve))
  })
  void form.choose('theme', 'dark')
  await vi.waitFor(() => expect(sent).toHaveLength(1), { timeout: 20_000 })
  const second = form.choose('default_minutes', 90)
  await Promise.resolve()
  expect(sent).toHaveLength(1)
  answer(true)
  await vi.waitFor(() => expect(sent).toHaveLength(2), { timeout: 20_000 })
  expect(sent[1]).toMatchObject({ theme: 'dark', default_minutes: 90 })
  answer(true)
  await second
  expect(form.values).toMatchObject({ theme: 'dark', default_minutes: 90 })
})

test('what was known when it was chosen goes along, so that nothing else is put back', async () => {
  const sent: [Settings, Settings][] = []
  const form = new SettingsForm(saved, async (...both) => sent.push(both) > 0)
  await form.choose('theme', 'dark')
  expect(sent).toEqual([[{ ...saved, theme: 'dark' }, saved]])
})
