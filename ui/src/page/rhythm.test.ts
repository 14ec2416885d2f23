import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Answer } from './line'
import { BEAT, REST, Rhythm, type Asked } from './rhythm'
import { sample } from './sample'

/** A backend that answers as it is told to, and remembers when it was asked for what. */
class Backend implements Asked {
  asked: [string, number][] = []
  heardOf: string[] = []
  now: Answer = { kind: 'state', state: sample() }
  resting = false
  known = '1'
  hurries = false
  readonly #began = Date.now()

  here = () => this.#note('here', this.now)
  look = () => this.#note('look', this.now)
  next = (signal: AbortSignal) => {
    if (this.now.kind !== 'state' || this.hurries) return this.#note('next', this.now)
    void this.#note('next', this.now)
    // Held for as long as a long poll is held.
    return new Promise<Answer>((resolve) => {
      const timer = setTimeout(() => resolve(this.now), 25_000)
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve({ kind: 'stopped' })))
    })
  }
  revision = () => this.known
  isResting = () => this.resting
  heard = (answer: Answer) => void this.heardOf.push(answer.kind)

  times(deed: string) {
    return this.asked.filter(([what]) => what === deed).map(([, when]) => when)
  }

  #note(what: string, answer: Answer) {
    this.asked.push([what, Date.now() - this.#began])
    return Promise.resolve(answer)
  }
}

let backend: Backend
let rhythm: Rhythm
beforeEach(() => {
  vi.useFakeTimers()
  backend = new Backend()
  rhythm = new Rhythm(backend, () => 0.5)
})
afterEach(() => {
  rhythm.stop()
  vi.useRealTimers()
})

const pass = (time: number) => vi.advanceTimersByTimeAsync(time)

test('who looks is told at once, and every ten seconds', async () => {
  rhythm.start()
  rhythm.start()
  await pass(3 * BEAT)
  expect(backend.times('here')).toEqual([0, BEAT, 2 * BEAT, 3 * BEAT])
  expect(backend.times('next')).toEqual([0, 25_000])
})

test('nothing is sent while nobody looks, and at once when somebody does again', async () => {
  await pass(BEAT)
  rhythm.start()
  await pass(4000)
  rhythm.stop()
  await pass(60 * BEAT)
  expect(backend.times('here')).toEqual([BEAT])
  rhythm.start()
  await pass(0)
  expect(backend.times('here')).toEqual([BEAT, BEAT + 4000 + 60 * BEAT])
})

test('what is answered after the page was left is not heard', async () => {
  rhythm.start()
  rhythm.stop()
  await pass(BEAT)
  expect(backend.heardOf).toEqual([])
})

test('without a line it tries again, slower and slower, and never stops', async () => {
  backend.now = { kind: 'lost' }
  rhythm.start()
  await pass(10 * 60_000)
  const times = backend.times('here')
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(pauses[0]).toBeLessThan(4000)
  expect(Math.max(...pauses)).toBe(30_000)
  expect(times.length).toBeGreaterThan(15)
})

test('a new network is tried at once', async () => {
  backend.now = { kind: 'lost' }
  rhythm.start()
  await pass(5 * 60_000)
  backend.now = { kind: 'state', state: sample() }
  rhythm.wake()
  await pass(0)
  expect(backend.times('here').at(-1)).toBe(5 * 60_000)
  expect(backend.heardOf.at(-1)).toBe('state')
})

test('asked to come later it keeps quiet until then, also when it is looked at anew', async () => {
  backend.now = { kind: 'later', wait: 40_000 }
  rhythm.start()
  await pass(1000)
  const before = backend.asked.length
  rhythm.stop()
  rhythm.start()
  rhythm.wake()
  await pass(38_000)
  expect(backend.asked.length).toBe(before)
  await pass(3000)
  expect(backend.asked.length).toBeGreaterThan(before)
})

test('a link that is gone is not asked for again', async () => {
  backend.now = { kind: 'gone' }
  rhythm.start()
  await pass(10 * BEAT)
  expect(backend.asked).toEqual([['here', 0]])
  expect(backend.heardOf).toEqual(['gone'])
})

test('after the end nobody is told to be here, and the page looks now and then', async () => {
  backend.resting = true
  rhythm.start()
  await pass(3 * REST)
  expect(backend.times('here')).toEqual([])
  expect(backend.times('next')).toEqual([])
  expect(backend.times('look')).toEqual([0, REST, 2 * REST, 3 * REST])
})

test('a backend that does not hold its answers is not run down', async () => {
  backend.hurries = true
  rhythm.start()
  await pass(20_000)
  expect(backend.times('next')).toEqual([0, 5000, 10_000, 15_000, 20_000])
})
