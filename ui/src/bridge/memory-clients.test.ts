import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AppView } from '$generated/AppView'
import { memoryBridge } from './memory'
import { samples } from './sample'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function opened(sample: 'clients' | 'unbound' | 'client_cut') {
  const bridge = memoryBridge(new URLSearchParams({ memory: sample }))
  let view: AppView = samples[sample]()
  bridge.onState((said) => (view = said))
  const call: typeof bridge.call = async (name, args) => {
    const answer = bridge.call(name, args)
    answer.catch(() => {})
    await vi.advanceTimersByTimeAsync(30)
    return answer
  }
  return { call, view: () => view, id: view.hero?.id ?? '' }
}

test('who is let in goes in, and the way tells of both', async () => {
  const { call, view, id } = opened('clients')
  await call('admit', { id })
  expect(view().hero?.door_open).toBe(true)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(view().hero?.presence.place).toBe('room')
  expect(
    view()
      .hero?.steps.slice(-2)
      .map(({ kind }) => kind),
  ).toEqual(['admitted', 'went_in'])
})

test('a link that the practice sends is delivered; any other is the specialist’s to send', async () => {
  const { call, view, id } = opened('clients')
  expect(await call('send_link', { id, channel: null })).toEqual({ channel: 'whatsapp', how: 'handed' })
  await vi.advanceTimersByTimeAsync(2_000)
  expect(view().hero?.deliveries.at(-1)?.state).toBe('delivered')
  expect(await call('send_link', { id, channel: 'email' })).toEqual({ channel: 'email', how: 'opened' })
})

test('messages are read by being looked at, and answered', async () => {
  const { call, view, id } = opened('clients')
  const before = (await call('thread', { id })).items.length
  expect(view().hero?.unread).not.toBe(0)
  await call('read_thread', { id, messages: [] })
  expect(view().hero?.unread).toBe(0)
  await call('write_to_client', { id, text: 'Hello' })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(view().hero?.unread).toBe(1)
  expect((await call('thread', { id })).items).toHaveLength(before + 2)
})

test('a chat is bound by a click, an answer there and a word here', async () => {
  const { call, view } = opened('unbound')
  await call('bind_telegram', {})
  expect(view().reach?.binding_until).not.toBeNull()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(view().reach?.telegram).toBe('unconfirmed')
  await call('confirm_telegram', { on: true })
  expect(view().reach?.telegram).toBe('bound')
  await call('bind_telegram', {})
  await vi.advanceTimersByTimeAsync(10_000)
  expect(view().reach?.telegram).toBe('bound')
  expect(view().reach?.telegram_next_name).toBeTruthy()
  await call('confirm_telegram', { on: false })
  expect(view().reach?.telegram).toBe('bound')
  expect(view().reach?.telegram_next_name).toBeNull()
})

test('without a connection nothing is read and nothing sent', async () => {
  const { call, id } = opened('client_cut')
  await expect(call('thread', { id })).rejects.toMatchObject({ code: 'backend_unreachable' })
  await expect(call('write_to_client', { id, text: 'x' })).rejects.toMatchObject({
    code: 'backend_unreachable',
  })
})
