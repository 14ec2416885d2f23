import type { AppView } from '$generated/AppView'
import type { CalendarEntryView } from '$generated/CalendarEntryView'
import type { CalendarView } from '$generated/CalendarView'
import type { ColleagueView } from '$generated/ColleagueView'
import type { ConflictView } from '$generated/ConflictView'
import type { ConsultationView } from '$generated/ConsultationView'
import type { RoomView } from '$generated/RoomView'

// Days with rooms that a service made, and with a calendar. Everybody here is invented.

interface Tools {
  consultation: (
    client: string,
    start: number,
    minutes: number,
    more?: Partial<ConsultationView>,
  ) => ConsultationView
  /** An ordinary day around its most important consultation. */
  day: (hero: ConsultationView | null, change?: Partial<AppView>) => AppView
  /** The provider that makes rooms when asked, and the calendar. */
  provider: string
  calendar: string
  long: string
}

export const colleagues: ColleagueView[] = [
  { id: '7', name: 'Анна Белова', email: 'a.belova@praktika.example', position: 'Психолог' },
  { id: '8', name: 'Борис Титов', email: 'b.titov@praktika.example', position: 'Супервизор' },
  { id: '9', name: 'Вера Ким', email: null, position: 'Администратор' },
  { id: '10', name: 'Глеб Романов', email: 'g.romanov@praktika.example', position: '' },
  {
    id: '11',
    name: 'Александра-Виктория Константинопольская',
    email: 'alexandra-victoria.konstantinopolskaya@praktika.example',
    position: 'Руководитель отдела дистанционного консультирования',
  },
]

/** An address that no service knows. */
export const NOBODY = 'nobody@praktika.example'

const link = 'https://rooms.example.com/j/24188436925731'
const watch = 'https://rooms.example.com/live/7c1a4b0e95d84f3f8d2b6a90c1e2f374'

export const room = (more: Partial<RoomView> = {}): RoomView => ({
  waiting_room: 'everyone',
  cohosts: [],
  summary: false,
  broadcast: null,
  ...more,
})

export const entry = (more: Partial<CalendarEntryView> = {}): CalendarEntryView => ({
  on: true,
  state: 'written',
  message: null,
  invited: [],
  conflict: null,
  ...more,
})

const conflict = (reason: ConflictView['reason'], fields: ConflictView['fields'] = []) =>
  entry({ state: 'conflict', conflict: { reason, fields } })

export function roomDays({ consultation, day, provider, calendar, long }: Tools) {
  const here: CalendarView = {
    provider: calendar,
    calendar: '1',
    calendar_name: 'Мой календарь',
    on_by_default: true,
    with_names: false,
    reminder: 10,
    last_success: null,
    message: null,
    conflicts: [],
  }
  const made = (client: string, start: number, is: RoomView, more: Partial<ConsultationView> = {}) =>
    consultation(client, start, 50, {
      provider,
      link,
      room: '24188436925731',
      made: is,
      calendar: entry(),
      ...more,
    })
  const broadcast = (title: string, description: string) =>
    room({
      waiting_room: 'outsiders',
      cohosts: ['a.belova@praktika.example', 'b.titov@praktika.example'],
      summary: true,
      broadcast: { title, description, organisation_only: false, watch_link: watch },
    })
  const changed = [
    { field: 'title', ours: 'Консультация', theirs: 'Консультация (перенос)' },
    { field: 'time', ours: 'пн, 23 ноября, 20:00–20:50', theirs: 'вт, 24 ноября, 09:30–10:20' },
    { field: 'location', ours: link, theirs: '' },
  ]
  const connected = (change: Partial<AppView> = {}): AppView => {
    const all = [
      made(
        'Ольга и Пётр',
        120,
        broadcast('Как слышать друг друга', 'Открытая встреча о ссорах.\nВопросы в конце.'),
      ),
      made('Мария К.', 180, room({ waiting_room: 'nobody' }), { calendar: entry({ state: 'waiting' }) }),
      made('Группа «Опора»', 240, room(), { calendar: conflict('both_changed', changed) }),
      made('Анна Б.', 300, room(), { calendar: conflict('deleted_there') }),
      made('Вера Т.', 360, room(), { status: 'cancelled', calendar: conflict('cancelled_here') }),
      made('Сергей Н.', 420, room(), {
        calendar: entry({ state: 'failed', message: { code: 'calendar_right_missing', facts: {} } }),
      }),
      made(long, 480, broadcast(long, `${long}. ${'x'.repeat(400)}`), {
        calendar: entry({ invited: colleagues }),
      }),
    ]
    const view = day(
      made('Дмитрий Лебедев', 24, room({ cohosts: ['a.belova@praktika.example'] }), {
        calendar: entry({ invited: colleagues.slice(0, 2) }),
      }),
    )
    return {
      ...view,
      groups: [{ kind: 'later_today', day: '2026-11-23', items: all }],
      connections: view.connections.map((one) =>
        one.provider === provider ? { ...one, health: 'works' as const, message: null } : one,
      ),
      calendar: {
        ...here,
        conflicts: all.filter((one) => one.calendar?.conflict).map(({ id }) => id),
      },
      ...change,
    }
  }
  const account = (view: AppView, change: Partial<AppView['connections'][number]>): AppView => ({
    ...view,
    connections: view.connections.map((one) => (one.provider === provider ? { ...one, ...change } : one)),
  })

  return {
    /** Made rooms, a broadcast, a difference, and a conflict of each kind. */
    rooms: () => connected(),
    /** The answer to the first room that is asked for is lost. */
    lost: () => connected(),
    /** The service has none of the rooms any more. */
    gone: () => connected(),
    /** The service turns out not to let the account make rooms. */
    refused: () => connected(),
    /** The account may not make rooms, as is known. */
    restricted: () => account(connected(), { abilities: [{ key: 'rooms', allowed: false }] }),
    /** What the account’s organisation pays for has no broadcasts, and nobody has chosen a calendar. */
    modest: () => ({
      ...account(connected(), {
        abilities: [
          { key: 'rooms', allowed: true },
          { key: 'broadcasts', allowed: false },
        ],
      }),
      calendar: { ...here, calendar: null },
    }),
  }
}
