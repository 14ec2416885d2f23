import { expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { samples } from '$bridge/sample'
import type { CalendarChoice } from '$generated/CalendarChoice'
import type { CalendarView } from '$generated/CalendarView'
import { CalendarForm } from './calendar.svelte'

const calendar = samples.conflict().calendar!

function opened(
  saved: CalendarView | null = calendar,
  answer: (choice: CalendarChoice) => boolean = () => true,
) {
  const sent: CalendarChoice[] = []
  const form = new CalendarForm('bitrix24', saved, async (choice) => {
    sent.push(choice)
    return answer(choice)
  })
  return { form, sent }
}

test('before a calendar is chosen, names stay out of it', () => {
  const { form } = opened(null)
  expect(form.chosen).toBe(false)
  expect(form.values.with_names).toBe(false)
})

test('what stands beside a calendar that nobody chose is not a choice', () => {
  const { form } = opened({ ...calendar, calendar: null, on_by_default: false, reminder: null })
  expect(form.chosen).toBe(false)
  expect([form.values.on_by_default, form.values.reminder]).toEqual([true, 15])
})

test('a choice is saved at once, whole', async () => {
  const { form, sent } = opened()
  await form.choose('reminder', null)
  expect(sent).toEqual([
    { provider: 'bitrix24', calendar: '7', on_by_default: true, with_names: false, reminder: null },
  ])
  expect(form.values.reminder).toBeNull()
})

test('what is refused goes back', async () => {
  const { form } = opened(calendar, () => false)
  const saving = form.choose('calendar', '12')
  expect(form.values.calendar).toBe('12')
  await saving
  expect(form.values.calendar).toBe('7')
})

test('a state from before the answer does not undo a choice', async () => {
  const { form } = opened()
  const saving = form.choose('with_names', true)
  form.hear(calendar)
  expect(form.values.with_names).toBe(true)
  await saving
  expect(form.values.with_names).toBe(true)
})

test('two quick choices are saved one after another, the later with both', async () => {
  const { form, sent } = opened()
  await Promise.all([form.choose('reminder', 30), form.choose('on_by_default', false)])
  expect(sent.at(-1)).toMatchObject({ reminder: 30, on_by_default: false })
})

test('another calendar’s choices are not this one’s', () => {
  const { form } = opened({ ...calendar, provider: 'other' })
  expect(form.chosen).toBe(false)
})

test('calendars that cannot be listed are a trouble, and can be asked for again', async () => {
  const { form } = opened()
  await form.load(() => Promise.reject(new CommandError({ code: 'calendar_unreachable' })))
  expect(form.calendars).toBeNull()
  expect(form.trouble).toBeTruthy()
  await form.load(async () => [])
  expect(form.calendars).toEqual([])
  expect(form.trouble).toBe('')
})
