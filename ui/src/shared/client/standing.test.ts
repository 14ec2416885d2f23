import { beforeEach, expect, test } from 'vitest'
import { SAMPLE_NOW, samples } from '$bridge/sample'
import { contact } from '$bridge/sample-clients'
import type { ConsultationView } from '$generated/ConsultationView'
import type { Presence } from '$generated/Presence'
import { clock } from '../time'
import { words } from '../words/words.svelte'
import { admitsNext, canAnswer, hasComeByLink, isAtTheDoor, ownWay, putOffUntil, saidLines } from './standing'

const at = (minutes: number) => new Date(SAMPLE_NOW + minutes * 60_000).toISOString()
const time = (minutes: number) => clock(at(minutes), words.place)

function one(presence: Partial<Presence>, more: Partial<ConsultationView> = {}): ConsultationView {
  const base = samples.clients().hero as ConsultationView
  return { ...base, ...more, presence: { ...base.presence, ...presence } }
}

beforeEach(() => words.use('en'))

test.each([
  ['waits on the page', one({}), [true, false, true]],
  ['waits while the specialist is inside', one({ specialist_inside: true }), [true, true, false]],
  ['was let in', one({}, { door_open: true }), [false, false, true]],
  ['is in the lobby', one({ place: 'lobby' }), [false, false, true]],
  ['has only opened the link', one({ place: 'opened_link' }), [false, false, false]],
])('a client who %s', (_, consultation, expected) => {
  expect([isAtTheDoor(consultation), admitsNext(consultation), canAnswer(consultation)]).toEqual(expected)
})

test('being put off ends when its time comes', () => {
  const late = one({}, { answer: { answer: 'late', until: at(5), client_can_wait: null } })
  expect(putOffUntil(late, SAMPLE_NOW)).toBe(at(5))
  expect(putOffUntil(late, Date.parse(at(5)))).toBeNull()
  expect(putOffUntil(one({}, { snoozed_until: at(5) }), SAMPLE_NOW)).toBe(at(5))
  expect(putOffUntil(one({}), SAMPLE_NOW)).toBeNull()
})

test('who is late and what was answered is said in a line each', () => {
  const late = { minutes: 10, until: at(10) }
  const answer = { answer: 'late' as const, until: at(5), client_can_wait: true }
  expect(saidLines(one({}, { late, answer }))).toEqual([
    `Client: 10 min late, there by ${time(10)}`,
    `You said: there at ${time(5)}. The client will wait.`,
  ])
  expect(saidLines(one({}, { answer: { ...answer, client_can_wait: false } }))).toEqual([
    `You said: there at ${time(5)}. The client cannot wait.`,
  ])
  expect(saidLines(one({}, { answer: { answer: 'cannot', until: null, client_can_wait: null } }))).toEqual([
    'You said: I can’t make it.',
  ])
})

test('where there is no page nothing was said to the client', () => {
  const answer = { answer: 'late' as const, until: at(5), client_can_wait: null }
  expect(saidLines(one({}, { answer, page_link: null }))).toEqual([`You put it off until ${time(5)}`])
})

test('once the specialist is there, their answer is no news', () => {
  const answer = { answer: 'coming' as const, until: null, client_can_wait: null }
  expect(saidLines(one({}, { answer }))).toHaveLength(1)
  expect(saidLines(one({ specialist_inside: true }, { answer }))).toEqual([])
  expect(saidLines(one({ place: 'left' }, { answer, status: 'finished' }))).toEqual([])
})

test('the link goes by the specialist’s own hand until another way was chosen', () => {
  expect(ownWay(one({}, { contact: null }))).toBe('clipboard')
  expect(ownWay(one({}, { contact: contact({ channel: 'clipboard' }) }))).toBe('clipboard')
  expect(ownWay(one({}, { contact: contact({ channel: 'email' }) }))).toBe('email')
})

test('who opened the link has it; who wrote or is in the room by another way may not', () => {
  expect(hasComeByLink(one({}))).toBe(true)
  const message = { ...one({}).steps[0]!, kind: 'message' as const }
  expect(hasComeByLink(one({}, { steps: [message, { ...message, kind: 'joined' }] }))).toBe(false)
})
