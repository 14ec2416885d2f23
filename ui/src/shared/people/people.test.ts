import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ColleagueView } from '$generated/ColleagueView'
import { isAddress, People } from './people.svelte'

const colleague = (id: string, name: string, email: string | null): ColleagueView => ({
  id,
  name,
  email,
  position: '',
})
const ann = colleague('1', 'Ann', 'ann@example.org')
const bob = colleague('2', 'Bob', 'bob@example.org')
const vera = colleague('3', 'Vera', null)
const all = [ann, bob, vera]

const asked: string[] = []
function people(byAddress: boolean): People {
  const made = new People(byAddress)
  made.serve(async (text) => {
    asked.push(text)
    return all.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
  })
  return made
}
const emails = (of: People) => of.chosen.map(({ email }) => email)
const rested = () => vi.advanceTimersByTimeAsync(1_000)

beforeEach(() => {
  asked.length = 0
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

test.each([
  ['ann@example.org', true],
  ['ann@host', true],
  ['ann', false],
  ['@host', false],
  ['ann@', false],
  ['a@b@c', false],
  ['Ann <ann@example.org>', false],
])('%s is an address: %s', (text, is) => {
  expect(isAddress(text)).toBe(is)
})

test('somebody is looked up once typing rests', async () => {
  const field = people(true)
  for (const text of ['a', 'an', 'ann']) field.type(text)
  await rested()
  expect(asked).toEqual(['ann'])
  expect([field.open, field.suggested]).toEqual([true, [ann]])
})

test('a slow answer to an old question is dropped', async () => {
  const field = new People(true)
  let answer: (people: ColleagueView[]) => void = () => {}
  field.serve((text) =>
    text === 'a' ? new Promise((resolve) => (answer = resolve)) : Promise.resolve([bob]),
  )
  field.type('a')
  await rested()
  field.type('b')
  await rested()
  answer([ann])
  await rested()
  expect(field.suggested).toEqual([bob])
})

test('Enter takes nobody who was suggested for what stood there before', async () => {
  const andrew = colleague('4', 'Andrew', null)
  const answers: ((people: ColleagueView[]) => void)[] = []
  const field = new People(false)
  field.serve(() => new Promise((resolve) => answers.push(resolve)))
  field.type('an')
  await rested()
  answers[0]?.([ann, andrew])
  await rested()
  expect(field.suggested[field.active]).toEqual(ann)
  field.type('andrew')
  expect([field.take(), field.chosen, field.typed]).toEqual([true, [], 'andrew'])
  await rested()
  expect([field.take(), field.chosen]).toEqual([true, []])
  answers[1]?.([andrew])
  await rested()
  expect([field.take(), field.chosen]).toEqual([true, [andrew]])
})

test('nobody is suggested when nobody can be asked', async () => {
  const field = new People(true)
  field.type('ann')
  await rested()
  field.serve(() => Promise.reject(new Error('no calendar')))
  field.type('anna')
  await rested()
  expect([field.open, field.suggested]).toEqual([false, []])
})

test('where only colleagues can be named, it is said that they cannot be looked up', async () => {
  const field = new People(false)
  field.serve(() => Promise.reject(new Error('no answer')))
  field.unfold()
  await rested()
  expect([field.open, field.failed]).toEqual([true, true])
})

test('the arrows mark, Enter takes, and whoever is taken is suggested no more', async () => {
  const field = people(true)
  field.move(1)
  await rested()
  expect(asked).toEqual([''])
  expect(field.suggested).toEqual([ann, bob])
  field.move(1)
  field.move(1)
  expect(field.take()).toBe(true)
  expect([emails(field), field.typed, field.open]).toEqual([['bob@example.org'], '', false])
  field.move(-1)
  await rested()
  expect(field.suggested).toEqual([ann])
})

test('upwards begins at the end', async () => {
  const field = people(true)
  field.unfold()
  await rested()
  field.move(-1)
  expect(field.suggested[field.active]).toEqual(bob)
})

test('Enter in an empty field is not used up', () => {
  expect(people(true).take()).toBe(false)
})

test('commas, semicolons and lines part addresses, and nobody comes twice', () => {
  const field = people(true)
  field.type('a@x.org, b@x.org; A@x.org\nc@x.org')
  expect([emails(field), field.typed]).toEqual([['a@x.org', 'b@x.org'], 'c@x.org'])
  field.settle()
  expect(emails(field)).toEqual(['a@x.org', 'b@x.org', 'c@x.org'])
})

test('what is no address is kept and marked, and comes back to be corrected', () => {
  const field = people(true)
  field.type('a@x.org,bob,')
  expect(field.wrong.map(({ email }) => email)).toEqual(['bob'])
  expect(field.takeBack()).toBe(true)
  expect([emails(field), field.typed]).toEqual([['a@x.org'], 'bob'])
  field.typed = ''
  expect(field.takeBack()).toBe(true)
  expect([emails(field), field.typed]).toEqual([[], ''])
  expect(field.takeBack()).toBe(false)
})

test('a colleague whose address is typed is called by name', async () => {
  const field = people(true)
  field.type('ann')
  await rested()
  field.type('ANN@example.org')
  field.settle()
  expect(field.chosen).toEqual([ann])
})

test('only colleagues are invited: words that mean nobody become no chip', async () => {
  const field = people(false)
  field.type('zzz')
  await rested()
  expect([field.open, field.nobody]).toEqual([true, true])
  field.take()
  expect(field.chosen).toEqual([])
  field.type('ver')
  await rested()
  expect(field.take()).toBe(true)
  expect(field.chosen).toEqual([vera])
})
