import { beforeEach, expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { samples } from '$bridge/sample'
import type { ConsultationView } from '$generated/ConsultationView'
import type { SearchRequest } from '$generated/SearchRequest'
import type { SearchResult } from '$generated/SearchResult'
import { Find } from './find.svelte'

const pattern = samples.many().groups[0]?.items[0] as ConsultationView
const row = (index: number): ConsultationView => ({ ...pattern, id: String(index) })

/** An application whose answers wait until they are let go, in any order. */
class Slow {
  asked: { request: SearchRequest; answer: (total: number) => void; refuse: () => void }[] = []

  ask = (request: SearchRequest) =>
    new Promise<SearchResult>((resolve, reject) =>
      this.asked.push({
        request,
        answer: (total) => {
          const { offset, limit } = request
          const items = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, index) =>
            row(offset + index),
          )
          resolve({ items, total, months: [{ month: '2026-11', count: total }] })
        },
        refuse: () => reject(new CommandError({ code: 'x' })),
      }),
    )

  get open() {
    return this.asked.at(-1)
  }

  /** Answers the last question, and lets the answer arrive. */
  async answer(total = 10_000) {
    this.open?.answer(total)
    await settled()
  }
}

/** As the field does at each key. */
function type(text: string) {
  find.text = text
  void find.ask()
}

const settled = () => new Promise((resolve) => setTimeout(resolve))

let slow: Slow
let find: Find
beforeEach(() => {
  slow = new Slow()
  find = new Find(slow.ask, () => '2026-11-23')
})

test('every key asks at once, from the top', () => {
  type('К')
  type('Кл ')
  expect(slow.asked.map(({ request }) => [request.sought.text, request.offset])).toEqual([
    ['К', 0],
    ['Кл', 0],
  ])
})

test('a slow answer to an old question is dropped', async () => {
  type('a')
  type('ab')
  slow.asked[1]?.answer(2)
  slow.asked[0]?.answer(9)
  await settled()
  expect([find.total, find.rows.size]).toEqual([2, 2])
})

test('rows are asked for as they come into sight, in whole pieces', async () => {
  void find.ask()
  await slow.answer()
  expect([find.total, find.rows.size, slow.asked.length]).toEqual([10_000, 50, 1])
  find.need(0, 24)
  expect(slow.asked).toHaveLength(1)
  find.need(44, 72)
  expect(slow.open?.request).toMatchObject({ offset: 50, limit: 50 })
  await slow.answer()
  expect(find.rows.get(72)?.id).toBe('72')
})

test('while a piece is on its way, only the place where the scrolling ends is asked for next', async () => {
  void find.ask()
  await slow.answer()
  for (const first of [100, 900, 4_000, 9_970]) find.need(first, first + 29)
  expect(slow.asked).toHaveLength(2)
  await slow.answer()
  expect(slow.asked).toHaveLength(3)
  expect(slow.open?.request).toMatchObject({ offset: 9_900, limit: 100 })
  await slow.answer()
  expect([find.rows.get(9_999)?.id, find.rows.has(0)]).toEqual(['9999', false])
})

test('after a change the rows in sight are asked for again, and stay until the answer is there', async () => {
  void find.ask()
  await slow.answer()
  find.need(500, 530)
  await slow.answer()
  void find.again()
  expect(slow.open?.request).toMatchObject({ offset: 450, limit: 150 })
  expect(find.rows.get(530)?.id).toBe('530')
  await slow.answer(700)
  expect([find.total, find.rows.size]).toEqual([700, 150])
})

test('changes that come quicker than answers hold no answer up, and are asked about once after it', async () => {
  void find.again()
  for (let change = 0; change < 3; change++) void find.again()
  expect(slow.asked).toHaveLength(1)
  await slow.answer(7)
  expect([find.answered, find.total, slow.asked.length]).toEqual([true, 7, 2])
  await slow.answer(8)
  expect([find.total, slow.asked.length]).toEqual([8, 2])
})

test('what was forgotten while it was asked for is asked for at the next change', async () => {
  void find.ask()
  find.forget()
  void find.again()
  expect(slow.asked).toHaveLength(2)
  slow.asked[0]?.answer(9)
  await slow.answer(3)
  expect([find.total, find.rows.size]).toEqual([3, 3])
})

test('a list that got shorter on the way is asked for anew, not for ever', async () => {
  void find.ask()
  await slow.answer()
  find.need(9_970, 9_999)
  await slow.answer(20)
  expect(slow.asked).toHaveLength(3)
  await slow.answer(20)
  expect([find.total, slow.asked.length]).toEqual([20, 3])
})

test('a piece that comes after the question has changed is dropped, and the new question is filled', async () => {
  void find.ask()
  await slow.answer()
  find.need(100, 130)
  type('a')
  slow.asked[1]?.answer(10_000)
  await settled()
  expect(find.rows.has(100)).toBe(false)
  slow.asked[2]?.answer(300)
  await settled()
  find.need(60, 90)
  await slow.answer(300)
  expect([find.total, find.rows.get(90)?.id]).toEqual([300, '90'])
})

test('a failure keeps what was found', async () => {
  type('a')
  await slow.answer(1)
  type('ab')
  slow.open?.refuse()
  await settled()
  expect([find.failure?.code, find.rows.size]).toEqual(['x', 1])
  type('abc')
  await slow.answer(0)
  expect([find.failure, find.total]).toEqual([null, 0])
})

test('the filters go along, and are taken off together', async () => {
  find.state = 'no_show'
  find.kind = 'broadcast'
  find.period = 'last_month'
  void find.ask()
  expect(slow.open?.request.sought).toEqual({
    text: '',
    state: 'no_show',
    kind: 'broadcast',
    from: '2026-10-01',
    to: '2026-10-31',
  })
  expect(find.narrowed).toBe(true)
  find.widen()
  void find.ask()
  expect(slow.open?.request.sought).toEqual({ text: '', state: null, kind: null, from: null, to: null })
})

test('a broadcast that was met once is not forgotten with its row', async () => {
  void find.ask()
  await slow.answer(2)
  expect(find.metBroadcast).toBe(false)
  const made = samples.rooms().groups[0]!.items[0]!.made
  const filled = new Find(
    async () => ({ items: [{ ...row(0), made }], total: 1, months: [] }),
    () => '2026-11-23',
  )
  await filled.ask()
  filled.forget()
  expect(filled.metBroadcast).toBe(true)
})

test('what has names in it can be forgotten at once, and what was looked for with it', async () => {
  type('maria')
  find.forget()
  expect(find.sought.text).toBe('')
  await slow.answer()
  expect(find.rows.size).toBe(0)
})
