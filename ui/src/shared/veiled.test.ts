import { expect, test } from 'vitest'
import { samples } from '$bridge/sample'
import type { ConsultationView } from '$generated/ConsultationView'
import { veiled } from './veiled'

const plain = samples.waiting().hero!
const NAME = 'Zinaida'
/** Everything in it that can name somebody does. */
const named: ConsultationView = {
  ...plain,
  client: NAME,
  note: `sister of ${NAME}`,
  link: `https://meet.example.org/for-${NAME}`,
  room: `for-${NAME}`,
  presence: { ...plain.presence, names: [NAME] },
  steps: plain.steps.map((step) => ({ ...step, name: NAME })),
  contact: { channel: 'email', phone: '', email: `${NAME}@example.org`, language: 'en' },
}
const made: ConsultationView = {
  ...named,
  link: 'https://rooms.example.org/1',
  room: '1',
  made: {
    waiting_room: null,
    cohosts: [],
    summary: false,
    broadcast: {
      title: NAME,
      description: NAME,
      organisation_only: false,
      watch_link: 'https://rooms.example.org/live/1',
    },
  },
}

test.each([named, made])('nothing in a veiled consultation names anybody', (one) => {
  expect(JSON.stringify(one)).toContain(NAME)
  expect(JSON.stringify(veiled(one))).not.toContain(NAME)
})

test('what is veiled is told to be there', () => {
  expect(veiled(named)).toMatchObject({ client: null, note_hidden: true, link_hidden: true })
  expect(veiled({ ...named, note: '', link: '' })).toMatchObject({ note_hidden: false, link_hidden: false })
})

test('the link that a provider made stays', () => {
  expect(veiled(made)).toMatchObject({ link: made.link, room: '1', link_hidden: false })
})

test('what the application has veiled stays as it said', () => {
  const theirs = samples.hidden().hero!
  expect(veiled(theirs)).toBe(theirs)
})
