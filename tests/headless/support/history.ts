import type { Locale } from './screens.ts'
import type { SharedBackend } from './shared-backend.ts'

const NAMES = {
  ru: ['Мария К.', 'Дмитрий Лебедев', 'Ольга и Пётр', 'Анна Б.', 'Группа «Опора»', 'Сергей Н.', 'Вера М.', 'Ирина В.', ''],
  en: ['Maria K.', 'Dmitry Lebedev', 'Olga and Peter', 'Anna B.', 'The “Harbour” group', 'Sergey N.', 'Vera M.', 'Irina V.', ''],
} as const
const STATES = ['finished', 'finished', 'finished', 'no_show', 'finished', 'cancelled', 'finished'] as const

/** A day's place among the consultations, the latest first: eight a day, the first a fortnight ahead. */
const A_DAY = 8
const AHEAD = 14

/** One in so many is a broadcast at a service that made its room. */
const A_BROADCAST = 400

const broadcast = (number: number, padded: string) => ({
  type: 'broadcast',
  provider: 'telemost',
  provider_room: padded,
  link: `https://telemost.yandex.ru/j/${padded}`,
  live_stream_title: `Lecture ${number}: how to sleep`,
  live_stream_link: `https://telemost.yandex.ru/live/${padded}`,
})

/** Consultations of several years at a practice's backend, as `create` of its REST interface makes them. The last is the oldest. */
export async function fill(backend: SharedBackend, token: string, many: number, locale: Locale = 'en') {
  const names = NAMES[locale]
  const today = Date.now()
  const one = (number: number) => {
    const back = Math.floor(number / A_DAY) - AHEAD
    const hour = 18 - (number % A_DAY)
    const client = names[number % names.length] ?? ''
    const padded = String(number).padStart(12, '0')
    const room = `konsultaciya-23nov-${padded}`
    return {
      client: client && `${client} ${number}`,
      start_date: new Date(today - back * 86_400_000).toISOString().slice(0, 10),
      start_time: `${String(hour).padStart(2, '0')}:00`,
      duration: 50,
      timezone: 'Europe/Moscow',
      provider: 'jitsi',
      link: `https://meet.example.org/${room}`,
      description: number % 97 === 0 ? '=brings a diary' : '',
      status: back > 0 ? STATES[number % STATES.length] : 'planned',
      ...(number % A_BROADCAST === 1 && broadcast(number, padded)),
    }
  }
  let next = 0
  const send = async () => {
    for (let number = next++; number < many; number = next++) {
      const answer = await fetch(`${backend.url.replace(/\/$/, '')}/api/conferences`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(one(number)),
      })
      if (!answer.ok) throw new Error(`the backend refused ${number}: ${answer.status} ${await answer.text()}`)
    }
  }
  await Promise.all(Array.from({ length: 64 }, send))
}
