import { beforeEach, expect, test, vi } from 'vitest'
import { Toasts } from './toasts.svelte'

beforeEach(() => void vi.useFakeTimers())

test('a message goes by itself, one that can be undone stays longer', () => {
  const toasts = new Toasts()
  toasts.show({ text: 'copied' })
  toasts.show({ text: 'cancelled', action: { label: 'undo', run: () => {} } })
  vi.advanceTimersByTime(5_000)
  expect(toasts.items.map((toast) => toast.text)).toEqual(['cancelled'])
  vi.advanceTimersByTime(6_000)
  expect(toasts.items).toEqual([])
})

test('a message waits while somebody is on it', () => {
  const toasts = new Toasts()
  const id = toasts.show({ text: 'copied' })
  toasts.pause(id)
  vi.advanceTimersByTime(60_000)
  expect(toasts.items).toHaveLength(1)
  toasts.resume(id)
  vi.advanceTimersByTime(5_000)
  expect(toasts.items).toEqual([])
})

test('good news replaces good news, and leaves what can still be undone', () => {
  const toasts = new Toasts()
  toasts.show({ text: 'cancelled', action: { label: 'undo', run: () => {} } })
  toasts.show({ text: 'copied' })
  toasts.show({ text: 'saved' })
  expect(toasts.items.map((toast) => toast.text)).toEqual(['cancelled', 'saved'])
})

test('the same words do not pile up', () => {
  const toasts = new Toasts()
  for (let press = 0; press < 5; press++) toasts.show({ text: 'copied' })
  expect(toasts.items).toHaveLength(1)
})

test('messages go with the screen they were said on', () => {
  const toasts = new Toasts()
  toasts.show({ text: 'refused', tone: 'trouble' })
  toasts.show({ text: 'cancelled', action: { label: 'undo', run: () => {} } })
  toasts.leave()
  expect(toasts.items).toEqual([])
})
