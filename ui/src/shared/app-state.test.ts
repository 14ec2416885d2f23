import { beforeEach, expect, test, vi } from 'vitest'
import { CommandError, type Bridge } from '$bridge'
import { memoryBridge } from '$bridge/memory'
import { SAMPLE_NOW, samples } from '$bridge/sample'
import type { AppView } from '$generated/AppView'
import { AppState } from './app-state.svelte'
import { Toasts } from './toasts.svelte'
import { words } from './words/words.svelte'

const later = (view: AppView, seconds: number): AppView => ({
  ...view,
  revision: view.revision + seconds,
  now: new Date(SAMPLE_NOW + seconds * 1000).toISOString(),
})

/** A bridge that is only asked; states are handed to the class by the test. */
function deaf(call: Bridge['call'] = () => Promise.reject(new CommandError({ code: 'gone' }))): Bridge {
  return { call, onState: () => () => {}, onOpen: () => () => {} }
}

beforeEach(() => {
  vi.useFakeTimers()
  words.use('ru')
})

test('time runs on the clock of the application, not on the window’s', () => {
  let here = 1_000_000
  const app = new AppState(deaf(), new Toasts(), () => here)
  app.hear(samples.next())
  expect(app.now).toBe(SAMPLE_NOW)
  here += 60_000
  app.tick()
  expect(app.now).toBe(SAMPLE_NOW + 60_000)
})

test('an older state that arrives late is dropped', () => {
  const app = new AppState(deaf(), new Toasts())
  app.hear(later(samples.waiting(), 5))
  app.hear(samples.empty())
  expect(app.view?.hero?.client).toBe('Мария К.')
})

test('a clock that is put back does not freeze the window', () => {
  const app = new AppState(deaf(), new Toasts())
  app.hear(samples.empty())
  const past = new Date(SAMPLE_NOW - 7_200_000).toISOString()
  app.hear({ ...samples.waiting(), revision: 2, now: past })
  expect(app.view?.hero?.client).toBe('Мария К.')
  expect(app.now).toBe(SAMPLE_NOW - 7_200_000)
})

test('states without a revision are all taken', () => {
  const app = new AppState(deaf(), new Toasts())
  const unnumbered = (view: AppView) => ({ ...view, revision: undefined as unknown as number })
  app.hear(unnumbered(samples.empty()))
  app.hear(unnumbered(samples.waiting()))
  expect(app.view?.hero?.client).toBe('Мария К.')
})

test('a failure shows only while there is nothing better to show', async () => {
  const app = new AppState(deaf(), new Toasts())
  await app.refresh()
  expect(app.failure?.code).toBe('gone')
  app.hear(samples.next())
  expect(app.failure).toBeNull()
})

test('a client who arrives is announced once, by name', () => {
  const app = new AppState(deaf(), new Toasts())
  app.hear(samples.empty())
  expect(app.announcement).toBe('')
  app.hear(later(samples.waiting(), 1))
  expect(app.announcement).toContain('Мария К.')
  app.announcement = ''
  app.hear(later(samples.waiting(), 2))
  expect(app.announcement).toBe('')
})

test('a client whose name is hidden is announced without it', () => {
  const app = new AppState(deaf(), new Toasts())
  app.hear(samples.empty())
  app.hear(later(samples.hidden(), 1))
  expect(app.announcement).toBe('Клиент на месте')
})

test('a second arrival in the same words is another announcement', () => {
  const app = new AppState(deaf(), new Toasts())
  const said: string[] = []
  const nobody = { ...samples.hidden(), hero: null, groups: [] }
  for (const [second, view] of [nobody, samples.hidden(), nobody, samples.hidden()].entries()) {
    app.hear(later(view, second))
    said.push(app.announcement)
  }
  expect(said[1]?.trim()).toBe('Клиент на месте')
  expect(said[3]?.trim()).toBe('Клиент на месте')
  expect(said[3]).not.toBe(said[1])
})

test('an announced name does not outlast the wish to hide names', () => {
  const app = new AppState(deaf(), new Toasts())
  app.hear(samples.empty())
  app.hear(later(samples.waiting(), 1))
  expect(app.announcement).toContain('Мария К.')
  app.hear(later(samples.hidden(), 2))
  expect(app.announcement).toBe('')
})

test('a client who was there when the window opened is not announced', () => {
  const app = new AppState(deaf(), new Toasts())
  app.hear(samples.waiting())
  expect(app.announcement).toBe('')
})

test('a refused command becomes a message, and is told to the caller', async () => {
  const toasts = new Toasts()
  const app = new AppState(deaf(), toasts)
  expect(await app.attempt('quit', {})).toBe(false)
  expect(toasts.items[0]?.tone).toBe('trouble')
})

test('the window follows what the application pushes', async () => {
  vi.useRealTimers()
  const app = new AppState(memoryBridge(new URLSearchParams('memory=waiting')), new Toasts())
  const stop = app.start()
  await vi.waitFor(() => expect(app.view?.hero).toBeTruthy(), { timeout: 20_000 })
  const id = app.view!.hero!.id
  expect(await app.attempt('snooze', { id, minutes: 5 })).toBe(true)
  expect(app.find(id)?.snoozed_until).toBeTruthy()
  stop()
})
