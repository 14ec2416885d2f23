import { beforeEach, expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { samples } from '$bridge/sample'
import type { RoomComparison } from '$generated/RoomComparison'
import { words } from '$shared/words/words.svelte'
import { Comparison, kept } from './room.svelte'
import { entrySides, roomSides } from './sides'

const room = samples.rooms().groups[0]!.items[0]!.made!
const same: RoomComparison = { ours: room, theirs: room, differs: [] }
const other: RoomComparison = {
  ours: room,
  theirs: { ...room, waiting_room: 'nobody', cohosts: [] },
  differs: ['waiting_room', 'cohosts', 'link', 'something_new'],
}
const refused = (code: string) => () => Promise.reject(new CommandError({ code }))

beforeEach(() => words.use('en'))

test('what was found stays when asking again fails', async () => {
  const comparison = new Comparison()
  expect(await comparison.run(() => Promise.resolve(other))).toBe(true)
  expect(comparison.differs).toBe(true)
  await comparison.run(refused('provider_unavailable'))
  expect([comparison.differs, comparison.gone, comparison.failure?.code]).toEqual([
    true,
    false,
    'provider_unavailable',
  ])
  await comparison.run(() => Promise.resolve(same))
  expect([comparison.differs, comparison.failure]).toEqual([false, null])
})

test('a room that is gone has nothing to be compared with', async () => {
  const comparison = new Comparison()
  await comparison.run(() => Promise.resolve(other))
  await comparison.run(refused('room_gone'))
  expect([comparison.gone, comparison.result]).toEqual([true, null])
})

test('two presses ask once', async () => {
  const comparison = new Comparison()
  let asked = 0
  const ask = async () => (asked++, same)
  await Promise.all([comparison.run(ask), comparison.run(ask)])
  expect(asked).toBe(1)
})

test('what changing came to is shown once', () => {
  kept.put('a', other)
  expect([kept.take('b'), kept.take('a'), kept.take('a')]).toEqual([null, other, null])
})

test('only what differs is listed, in words, and what is new to the window by its own name', () => {
  const sides = roomSides(other, 'https://rooms.example.com/1', false)
  expect(sides.map(({ name }) => name)).toEqual(['Waiting room', 'Co-hosts', 'Link', 'something_new'])
  expect(sides[0]).toMatchObject({ ours: 'Outsiders wait', theirs: 'Nobody waits' })
  expect(sides[1]).toMatchObject({ ours: room.cohosts.join('\n'), theirs: '' })
})

test('what may hold a name is hidden with the names', () => {
  const fields = ['title', 'time'].map((field) => ({ field, ours: 'Ann', theirs: 'Bob' }))
  const [title, time] = entrySides(fields, true)
  expect(JSON.stringify(title)).not.toMatch(/Ann|Bob/)
  expect(time).toEqual({ name: 'Time', ours: 'Ann', theirs: 'Bob' })
  const texts = { title: 'Ann', description: 'Ann', organisation_only: false, watch_link: null }
  const about = { ours: { ...room, broadcast: texts }, theirs: room, differs: ['title', 'description'] }
  expect(JSON.stringify(roomSides(about, '', true))).not.toContain('Ann')
})
