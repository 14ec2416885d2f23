import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AppView } from '$generated/AppView'
import { memoryBridge } from './memory'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function opened(sample: string) {
  const bridge = memoryBridge(new URLSearchParams({ memory: sample }))
  let view = null as AppView | null
  bridge.onState((said) => (view = said))
  const call: typeof bridge.call = async (name, args) => {
    const answer = bridge.call(name, args)
    answer.catch(() => {})
    await vi.advanceTimersByTimeAsync(30)
    return answer
  }
  return { call, view: () => view! }
}

const form = (values: Record<string, string> = {}) => ({ provider: 'telemost', values, secrets: {} })

test('signing in waits, and then there is an account', async () => {
  const { call, view } = opened('unconnected')
  await call('begin_sign_in', { form: form(), way: 'browser' })
  expect(view().sign_in).toMatchObject({ provider: 'telemost', state: 'waiting', may_paste: true })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(view().sign_in).toBeNull()
  expect(view().connections.find(({ provider }) => provider === 'telemost')?.account).not.toBeNull()
})

test('what was cancelled does not come to an end', async () => {
  const { call, view } = opened('unconnected')
  await call('begin_sign_in', { form: form(), way: 'device_code' })
  expect(view().sign_in?.user_code).toBeTruthy()
  await call('cancel_sign_in', {})
  await vi.advanceTimersByTimeAsync(10_000)
  expect(view().sign_in).toBeNull()
  expect(view().connections.find(({ provider }) => provider === 'telemost')?.account).toBeNull()
})

test('an application that the service does not know fails', async () => {
  const { call, view } = opened('unconnected')
  await call('begin_sign_in', { form: form({ client_id: 'wrong' }), way: 'browser' })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(view().sign_in).toMatchObject({ state: 'failed', message: { code: 'invalid_client' } })
})

test('a calendar is chosen, unless it can only be read', async () => {
  const { call, view } = opened('choosing')
  const { calendars } = await call('calendar_choices', { provider: 'bitrix24' })
  const choice = { provider: 'bitrix24', on_by_default: true, with_names: false, reminder: null }
  const readOnly = calendars.find((one) => !one.writable)!
  await expect(call('choose_calendar', { ...choice, calendar: readOnly.id })).rejects.toMatchObject({
    code: 'calendar_not_allowed',
  })
  await call('choose_calendar', { ...choice, calendar: calendars[0]!.id })
  expect(view().calendar).toMatchObject({ calendar: calendars[0]!.id, calendar_name: calendars[0]!.name })
})
