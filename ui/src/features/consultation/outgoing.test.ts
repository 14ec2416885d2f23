import { expect, test } from 'vitest'
import { SAMPLE_NOW, samples } from '$bridge/sample'
import { contact, practice } from '$bridge/sample-clients'
import type { ConsultationView } from '$generated/ConsultationView'
import type { DeliveryView } from '$generated/DeliveryView'
import type { Step } from '$generated/Step'
import { outgoing, ways } from './outgoing'

const at = (minutes: number) => new Date(SAMPLE_NOW + minutes * 60_000).toISOString()
const delivery = (id: string, minutes: number, more: Partial<DeliveryView> = {}): DeliveryView => ({
  id,
  channel: 'whatsapp',
  purpose: 'link',
  state: 'sent',
  message: null,
  at: at(minutes),
  ...more,
})
const step = (more: Partial<Step>): Step => ({
  at: at(0),
  kind: 'on_page',
  name: null,
  source: 'page',
  reason: null,
  minutes: null,
  missed: false,
  ...more,
})
const planned = (more: Partial<ConsultationView>): ConsultationView => ({
  ...(samples.next().hero as ConsultationView),
  starts_at: at(120),
  ends_at: at(170),
  contact: contact(),
  ...more,
})
const lines = (more: Partial<ConsultationView>) => outgoing(planned(more), practice, SAMPLE_NOW)

test('reminders that are to come stand after what went out, those that are past do not', () => {
  const all = lines({ reminders: [1440, 60], deliveries: [delivery('a', -10)] })
  expect(all.map(({ id, at }) => [id, at])).toEqual([
    ['a', at(-10)],
    [null, at(60)],
  ])
})

test('a reminder that the event server tells of stands there once', () => {
  const told = delivery('r', 60, { purpose: 'reminder', state: 'waiting' })
  expect(lines({ reminders: [60], deliveries: [told] }).map(({ id }) => id)).toEqual(['r'])
})

test('no reminder is announced by a channel that does not send by itself, or for what is over', () => {
  expect(lines({ reminders: [60], contact: contact({ channel: 'email' }) })).toEqual([])
  expect(lines({ reminders: [60], status: 'cancelled' })).toEqual([])
})

test('messages and what was given up are left out', () => {
  const deliveries = [delivery('m', -3, { purpose: 'message' }), delivery('d', -2, { state: 'dropped' })]
  expect(lines({ deliveries })).toEqual([])
})

test('a failure asks for another way until a link has gone out since', () => {
  const failed = delivery('f', -20, { state: 'failed' })
  expect(lines({ deliveries: [failed] })[0]?.asks).toBe(true)
  expect(lines({ deliveries: [failed, delivery('g', -10, { state: 'failed' })] })[0]?.asks).toBe(true)
  expect(lines({ deliveries: [failed, delivery('g', -10)] })[0]?.asks).toBe(false)
})

test('what is heard late of an earlier link leaves the failure of the newer one as it is', () => {
  const deliveries = [
    delivery('first', -1, { state: 'delivered' }),
    delivery('newer', -10, { state: 'failed', channel: 'max' }),
  ]
  expect(lines({ deliveries }).map(({ id, asks }) => [id, asks])).toEqual([
    ['first', false],
    ['newer', true],
  ])
})

test('who came by the link after it failed has it, by whatever hand', () => {
  const failed = delivery('f', -20, { state: 'failed' })
  const came = (minutes: number): Partial<ConsultationView> => ({
    deliveries: [failed],
    steps: [step({ at: at(minutes) })],
  })
  expect(lines(came(-10))[0]?.asks).toBe(false)
  expect(lines(came(-30))[0]?.asks).toBe(true)
})

test('the client’s own way comes first, and what needs a phone only with one', () => {
  expect(ways(planned({}), practice)).toEqual(['whatsapp', 'max', 'telegram', 'email', 'clipboard'])
  expect(ways(planned({ contact: contact({ channel: 'email', phone: '' }) }), practice)).toEqual([
    'email',
    'telegram',
    'clipboard',
  ])
  expect(ways(planned({ contact: null }), null)).toEqual(['telegram', 'email', 'clipboard'])
})
