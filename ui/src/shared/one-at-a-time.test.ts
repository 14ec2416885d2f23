import { expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time'

test('what is wanted while it runs is done once more, after it', async () => {
  const answers: (() => void)[] = []
  let [begun, done] = [0, 0]
  const want = oneAtATime(async () => {
    begun++
    await new Promise<void>((resolve) => answers.push(resolve))
    done++
  })
  const all = want()
  for (let change = 0; change < 3; change++) void want()
  expect([begun, done]).toEqual([1, 0])
  answers[0]?.()
  await expect.poll(() => begun).toBe(2)
  expect(done).toBe(1)
  answers[1]?.()
  await all
  expect([begun, done]).toEqual([2, 2])
  void want()
  expect(begun).toBe(3)
})
