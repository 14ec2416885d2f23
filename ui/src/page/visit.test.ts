import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PageState } from '$generated/PageState'
import type { PageVisit } from '$generated/PageVisit'
import { BackendLine, type Answer, type Deed } from './line'
import { sample } from './sample'
import { Visit } from './visit.svelte'

const NOON = Date.parse('2026-11-23T12:00:00Z')

/** A backend that keeps a consultation, whose clock goes an hour ahead of the phone's. */
class Backend extends BackendLine {
  said: [Deed, PageVisit][] = []
  state_: PageState = sample()
  answers: Answer['kind'] = 'state'

  constructor() {
    super('https://practice.example/w/token')
  }
  change(changes: Partial<PageState>) {
    this.state_ = { ...this.state_, ...changes, revision: `${Number(this.state_.revision) + 1}` }
  }
  override async state(signal: AbortSignal, after?: string): Promise<Answer> {
    while (after === this.state_.revision && !signal.aborted)
      await new Promise((soon) => setTimeout(soon, 500))
    return this.#answer()
  }
  override async say(deed: Deed, visit: PageVisit): Promise<Answer> {
    this.said.push([deed, visit])
    return this.#answer()
  }
  override sayGoodbye(visit: PageVisit) {
    this.said.push(['leave', visit])
  }
  #answer(): Answer {
    if (this.answers === 'later') return { kind: 'later', wait: 5000 }
    if (this.answers !== 'state') return { kind: this.answers }
    return { kind: 'state', state: { ...this.state_, now: new Date(Date.now() + 3600_000).toISOString() } }
  }
}

let backend: Backend
let visit: Visit
beforeEach(() => {
  vi.useFakeTimers({ now: NOON - 3600_000 })
  vi.stubGlobal('navigator', { onLine: true })
  vi.stubGlobal('document', { visibilityState: 'visible' })
  backend = new Backend()
  visit = new Visit(backend, { ...backend.state_, now: '2026-11-23T12:00:00Z' })
})
afterEach(() => {
  visit.vanish()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const pass = (time: number) => vi.advanceTimersByTimeAsync(time)
const deeds = () => backend.said.map(([deed]) => deed)
const ids = () => backend.said.map(([, { visit }]) => visit)

test('who comes back and goes in again is not said to be on the page by the first time', async () => {
  visit.appear()
  await pass(100)
  visit.enter()
  await pass(5_000)
  visit.appear()
  await pass(7_500)
  visit.enter()
  backend.said = []
  await pass(5_000)
  expect(backend.said).toEqual([])
  await pass(11_000)
  expect(deeds()).toContain('here')
})

test('a page that nobody has looked at says nothing', async () => {
  await pass(60_000)
  expect(backend.said).toEqual([])
})

test('its clock is the backend’s, and turns every second', async () => {
  visit.appear()
  await pass(3000)
  expect(Math.round((visit.now - NOON) / 1000)).toBe(3)
})

test('the door opens while somebody waits', async () => {
  visit.appear()
  await pass(1000)
  expect(visit.door).toBeNull()
  backend.change({ phase: 'open', room: 'https://video.example/r' })
  await pass(1000)
  expect(visit.door).toBe('https://video.example/r')
  expect(visit.news?.what).toBe('open')
  backend.change({ room: 'https://other.example/r' })
  await pass(1000)
  expect(visit.door).toBe('https://other.example/r')
})

test('who closes the page says goodbye once, and who comes back is another visit', async () => {
  visit.appear()
  await pass(0)
  visit.leave()
  await pass(60_000)
  visit.appear()
  await pass(0)
  expect(deeds()).toEqual(['here', 'leave', 'here'])
  expect(ids()[0]).toMatch(/^[\w-]{8,64}$/)
  expect(ids()[1]).toBe(ids()[0])
  expect(ids()[2]).not.toBe(ids()[0])
})

test('who goes into the room says so, and their page’s going away adds nothing', async () => {
  visit.appear()
  await pass(0)
  visit.enter()
  visit.leave()
  expect(backend.said.at(-1)?.[1]).toMatchObject({ into_room: true })
  expect(deeds()).toEqual(['here', 'leave'])
  visit.appear()
  await pass(0)
  expect(deeds()).toEqual(['here', 'leave', 'here'])
  expect(visit.entered).toBe(true)
})

test('a room that did not open leaves its visitor waiting, and they are told of again', async () => {
  visit.appear()
  await pass(0)
  visit.enter()
  await pass(14_000)
  expect(deeds()).toEqual(['here', 'leave'])
  await pass(2000)
  expect(deeds()).toEqual(['here', 'leave', 'here'])
})

test('after a sleep that no event told of, everything is asked anew', async () => {
  visit.appear()
  await pass(1500)
  vi.setSystemTime(NOON + 3 * 3600_000)
  await pass(1500)
  expect(deeds()).toEqual(['here', 'here'])
  expect(new Date(visit.now).toISOString().slice(0, 16)).toBe('2026-11-23T16:00')
})

test('one lost answer is not worth a word, two are, and the line’s return is told', async () => {
  visit.appear()
  await pass(1000)
  backend.answers = 'lost'
  await pass(9500)
  expect(visit.line).toBe('fine')
  await pass(60_000)
  expect(visit.line).toBe('lost')
  expect(visit.told).toBe('offline')
  backend.answers = 'state'
  visit.wake()
  await pass(0)
  expect(visit.line).toBe('fine')
  expect(visit.news?.what).toBe('back')
})

test('a link that was revoked ends the page, and its closing tells nobody', async () => {
  visit.appear()
  await pass(0)
  backend.answers = 'gone'
  await pass(60_000)
  visit.leave()
  expect(visit.gone).toBe(true)
  expect(deeds()).toEqual(['here', 'here'])
})

test('being late is passed on, or it is said that it was not', async () => {
  visit.appear()
  await pass(0)
  backend.change({ late: { minutes: 10, until: '2026-11-23T12:10:00Z' } })
  await expect(visit.late(10)).resolves.toBe(true)
  expect(visit.state.late?.minutes).toBe(10)
  expect(backend.said.at(-1)).toMatchObject(['late', { minutes: 10 }])
  backend.answers = 'lost'
  await expect(visit.answer('fine')).resolves.toBe(false)
})

test('an overtaken answer does not take back what was seen', async () => {
  visit.appear()
  await pass(0)
  backend.change({ late: { minutes: 5, until: '2026-11-23T12:05:00Z' } })
  await visit.late(5)
  const slow = vi.spyOn(backend, 'say').mockResolvedValue({
    kind: 'state',
    state: sample({ now: new Date(visit.now - 5000).toISOString() }),
  })
  await visit.answer('fine')
  expect(slow).toHaveBeenCalled()
  expect(visit.state.late?.minutes).toBe(5)
})
