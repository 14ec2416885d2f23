import { expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { samples } from '$bridge/sample'
import type { CalendarChoice } from '$generated/CalendarChoice'
import type { CalendarView } from '$generated/CalendarView'
import type { OneCalendar } from '$generated/OneCalendar'
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
  await form.load('a', () => Promise.reject(new CommandError({ code: 'calendar_unreachable' })))
  expect(form.calendars).toBeNull()
  expect(form.trouble).toBeTruthy()
  await form.load('a', async () => [])
  expect(form.calendars).toEqual([])
  expect(form.trouble).toBe('')
})

const one = (id: string): OneCalendar => ({ id, name: id, colour: '', writable: true })

/** Questions for calendars, answered by hand. */
function asking(form: CalendarForm) {
  const answers: { answer: (calendars: OneCalendar[]) => void; refuse: () => void }[] = []
  const load = (account: string) =>
    form.load(
      account,
      () =>
        new Promise((answer, reject) =>
          answers.push({ answer, refuse: () => reject(new CommandError({ code: 'calendar_unreachable' })) }),
        ),
    )
  return { answers, load }
}

test('an account that comes while another’s calendars are asked for is asked for its own', async () => {
  const { form } = opened()
  const { answers, load } = asking(form)
  const both = [load('a'), load('b')]
  expect(answers).toHaveLength(2)
  answers[1]?.answer([one('theirs')])
  answers[0]?.answer([one('before')])
  await Promise.all(both)
  expect([form.calendars, form.busy]).toEqual([[one('theirs')], false])
})

test('the trouble of an old question is none of the new one’s', async () => {
  const { form } = opened()
  const { answers, load } = asking(form)
  const first = load('a')
  const second = load('a')
  answers[0]?.refuse()
  await first
  expect([form.trouble, form.busy]).toEqual(['', true])
  answers[1]?.answer([])
  await second
  expect([form.trouble, form.busy]).toEqual(['', false])
})

test('calendars stay while they are asked for again, and go with their account', async () => {
  const { form } = opened()
  await form.load('a', async () => [one('1')])
  const { answers, load } = asking(form)
  void load('a')
  expect(form.calendars).toEqual([one('1')])
  void load('b')
  expect(form.calendars).toBeNull()
  expect(answers).toHaveLength(2)
})
