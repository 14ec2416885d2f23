import { beforeEach, expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { samples } from '$bridge/sample'
import type { ProviderView } from '$generated/ProviderView'
import { words } from '../words/words.svelte'
import { lengthOf, LONGEST_TITLE, RoomForm } from './room-form.svelte'
import { inShort, levelHint, levelWord } from './words'

const view = samples.rooms()
const provider = view.providers.find((one) => one.by_request)!
const broadcast = view.groups[0]!.items[0]!.made!
const without: ProviderView = {
  ...provider,
  waiting_room: [],
  cohosts: false,
  broadcasts: false,
  summary: false,
}

beforeEach(() => words.use('en'))

test('what the provider does not offer is not wished', () => {
  expect(RoomForm.of(broadcast).wishes(without)).toEqual({
    waiting_room: null,
    cohosts: [],
    summary: false,
    broadcast: null,
  })
})

test('a level that the provider does not have gives way to its first', () => {
  const form = RoomForm.of({ ...broadcast, waiting_room: 'elsewhere' })
  expect(form.wishes(provider).waiting_room).toBe(provider.waiting_room[0])
})

test('a broadcast that is switched off keeps its texts, and sends none', () => {
  const form = RoomForm.of(broadcast)
  form.broadcast = false
  expect(form.wishes(provider).broadcast).toBeNull()
  expect(form.title).toBe(broadcast.broadcast?.title)
})

test('texts that are too long are said to be, each character counted once', () => {
  const form = RoomForm.of(broadcast)
  form.title = '🙂'.repeat(LONGEST_TITLE)
  expect([lengthOf(form.title), form.complete()]).toEqual([LONGEST_TITLE, true])
  form.title += '🙂'
  expect([form.complete(), form.open, Object.keys(form.errors)]).toEqual([false, true, ['title']])
  form.broadcast = false
  expect(form.complete()).toBe(true)
})

test('only a refusal of its own fields is taken', () => {
  const form = new RoomForm()
  expect(form.refuse(new CommandError({ code: 'x', field: 'date' }))).toBe(false)
  expect(form.refuse(new CommandError({ code: 'x' }))).toBe(false)
  expect(form.refuse(new CommandError({ code: 'x', field: 'waiting_room' }))).toBe(true)
  expect([form.errors.waiting_room === undefined, form.open]).toEqual([false, false])
  form.forgive('waiting_room')
  expect(form.errors).toEqual({})
})

test('one line says what is set, or what there is not', () => {
  expect(inShort(new RoomForm().wishes(provider), provider)).toBe('No broadcast, no co-hosts, no summary')
  expect(inShort(RoomForm.of(broadcast).wishes(provider), provider)).toBe('Broadcast · 2 co-hosts · Summary')
})

test('a level without words is called as it came', () => {
  expect(provider.waiting_room.every((level) => levelHint(level) !== '')).toBe(true)
  expect([levelWord('new'), levelHint('new'), levelHint(null)]).toEqual(['new', '', ''])
})
