import { beforeEach, expect, test, vi } from 'vitest'
import { CommandError } from '$bridge'
import { samples } from '$bridge/sample'
import type { SearchRequest } from '$generated/SearchRequest'
import { Find } from './find.svelte'

const all = samples.many().groups.flatMap((group) => group.items)

beforeEach(() => void vi.useFakeTimers())

test('a pause in typing asks once, and more comes below', async () => {
  const asked: SearchRequest[] = []
  const find = new Find(async (request) => {
    asked.push(request)
    return { items: all.slice(request.offset, request.offset + request.limit), total: all.length }
  })
  find.type('К')
  find.type('Кл ')
  await vi.advanceTimersByTimeAsync(200)
  expect(asked.map((request) => request.text)).toEqual(['Кл'])
  expect(find.items).toHaveLength(30)
  await find.more()
  expect(find.items).toHaveLength(60)
  expect(find.total).toBe(60)
})

test('what was asked for below still comes when the list changes meanwhile', async () => {
  const answers: (() => void)[] = []
  const find = new Find(
    (request) =>
      new Promise((resolve) =>
        answers.push(() =>
          resolve({ items: all.slice(request.offset, request.offset + request.limit), total: all.length }),
        ),
      ),
  )
  find.type('К')
  await vi.advanceTimersByTimeAsync(200)
  answers[0]?.()
  await vi.advanceTimersByTimeAsync(0)
  const more = find.more()
  find.again()
  answers.slice(1).forEach((answer) => answer())
  await more
  await vi.advanceTimersByTimeAsync(0)
  expect(find.items).toHaveLength(60)
})

test('a slow answer to an old question is dropped', async () => {
  const answers: ((count: number) => void)[] = []
  const find = new Find(
    () =>
      new Promise((resolve) =>
        answers.push((count) => resolve({ items: all.slice(0, count), total: count })),
      ),
  )
  find.type('a')
  await vi.advanceTimersByTimeAsync(200)
  find.type('ab')
  await vi.advanceTimersByTimeAsync(200)
  answers[1]?.(2)
  answers[0]?.(9)
  await vi.advanceTimersByTimeAsync(0)
  expect(find.total).toBe(2)
})

test('an emptied field shows nothing, a failure keeps what was found', async () => {
  let fails = false
  const find = new Find(async () => {
    if (fails) throw new CommandError({ code: 'x' })
    return { items: all.slice(0, 1), total: 1 }
  })
  find.type('a')
  await vi.advanceTimersByTimeAsync(200)
  fails = true
  find.type('ab')
  await vi.advanceTimersByTimeAsync(200)
  expect(find.failure?.code).toBe('x')
  expect(find.items).toHaveLength(1)
  find.type('')
  expect([find.items.length, find.failure, find.answered]).toEqual([0, null, false])
})
