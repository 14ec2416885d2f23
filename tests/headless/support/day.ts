import type { Locale } from './screens.ts'
import type { Host } from './host.ts'
import { ReportedRoom } from './rooms.ts'

/** Eight in the morning in Moscow, before anything of the day has happened. */
export const MORNING = '2026-11-23T05:00:00Z'

const PEOPLE = {
  ru: {
    irina: 'Ирина В.',
    sergey: 'Сергей Н.',
    maria: 'Мария К.',
    dmitry: 'Дмитрий Л.',
    pair: 'Ольга и Пётр',
    group: 'Группа «Опора»',
    anna: 'Анна Б.',
    vera: 'Вера М.',
    door: 'Мария',
    own: 'Елена Соколова',
    note: 'Просила начать с прошлой недели.',
  },
  en: {
    irina: 'Irina V.',
    sergey: 'Sergey N.',
    maria: 'Maria K.',
    dmitry: 'Dmitry L.',
    pair: 'Olga and Peter',
    group: 'The “Harbour” group',
    anna: 'Anna B.',
    vera: 'Vera M.',
    door: 'Maria',
    own: 'Elena Sokolova',
    note: 'Asked to begin with last week.',
  },
} as const

export interface Day {
  /** The one whose client waits. */
  waited: string
  /** The one nobody came to, not yet answered. */
  asked: string
  room: ReportedRoom
  /** The specialist, as the room names them. */
  own: string
}

/** A Monday of six consultations, told by real reports, until 14:00: one is over, one client did not come, one waits. */
export async function liveTo(host: Host, locale: Locale): Promise<Day> {
  const people = PEOPLE[locale]
  await host.set({ specialist_name: people.own })
  const first = await host.plan({ client: people.irina, time: '10:00' })
  const missed = await host.plan({ client: people.sergey, time: '12:00' })
  const now = await host.plan({ client: people.maria, time: '14:00', note: people.note })
  await host.plan({ client: people.dmitry, time: '15:30' })
  await host.plan({ client: people.pair, time: '17:00' })
  await host.plan({ client: people.group, time: '19:00', minutes: 90 })
  await host.plan({ client: people.anna, date: '2026-11-24', time: '09:00' })
  await host.plan({ client: people.vera, date: '2026-11-24', time: '11:00' })

  await until(host, '09:58')
  await host.call('join', { id: first.id })
  const morning = new ReportedRoom(host, first)
  const [specialist, irina] = [morning.someone(people.own), morning.someone(people.irina)]
  await morning.joins(specialist)
  await until(host, '10:00')
  await morning.joins(irina)
  await until(host, '10:52')
  await morning.leaves(irina)
  await morning.leaves(specialist)

  await until(host, '13:56')
  const room = new ReportedRoom(host, now)
  const maria = room.someone(people.door)
  await room.joins(maria, 'lobby')
  await until(host, '13:58')
  await room.admits(maria)
  await until(host, '14:00', '20')
  return { waited: now.id, asked: missed.id, room, own: people.own }
}

/** Puts the clock forward to a time of day in Moscow, and some seconds, so that no minute turns while one looks. */
async function until(host: Host, time: string, seconds = '05') {
  const at = Date.parse(`2026-11-23T${time}:${seconds}+03:00`)
  await host.advance((at - (await host.now())) / 60_000)
}
