import { expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { samples } from '$bridge/sample'
import type { SearchRequest } from '$generated/SearchRequest'
import { Find } from './find.svelte'

const all = samples.many().groups.flatMap((group) => group.items)

/** Everything that was answered has been taken over. */
const settled = () => new Promise((resolve) => setTimeout(resolve))

test('what is typed while an answer is awaited is asked once, and more comes below', async () => {
  const asked: SearchRequest[] = []
  const find = new Find(async (request) => {
    asked.push(request)
    return { items: all.slice(request.offset, request.offset + request.limit), total: all.length }
  })
  find.type('К')
  find.type('Кл')
  find.type('Кли ')
  await settled()
  expect(asked.map((request) => request.text)).toEqual(['К', 'Кли'])
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
  await settled()
  answers[0]?.()
  await settled()
  const more = find.more()
  find.again()
  answers[1]?.()
  await settled()
  answers[2]?.()
  await more
  await settled()
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
  find.type('ab')
  answers[0]?.(9)
  await settled()
  expect(find.answered).toBe(false)
  answers[1]?.(2)
  await settled()
  expect(find.total).toBe(2)
})

test('a field that was emptied or left while an answer was awaited asks nothing more', async () => {
  const answers: (() => void)[] = []
  const find = new Find(
    () => new Promise((resolve) => answers.push(() => resolve({ items: all.slice(0, 1), total: 1 }))),
  )
  find.type('a')
  find.type('ab')
  find.type('')
  answers[0]?.()
  await settled()
  expect([answers.length, find.items.length, find.answered]).toEqual([1, 0, false])
})

test('an emptied field shows nothing, a failure keeps what was found', async () => {
  let fails = false
  const find = new Find(async () => {
    if (fails) throw new CommandError({ code: 'x' })
    return { items: all.slice(0, 1), total: 1 }
  })
  find.type('a')
  await settled()
  fails = true
  find.type('ab')
  await settled()
  expect(find.failure?.code).toBe('x')
  expect(find.items).toHaveLength(1)
  find.type('')
  expect([find.items.length, find.failure, find.answered]).toEqual([0, null, false])
})
