import type { AppView } from '$generated/AppView'
import type { ConsultationView } from '$generated/ConsultationView'
import type { DayGroupKind } from '$generated/DayGroupKind'
import type { PresencePlace } from '$generated/PresencePlace'
import type { ProviderView } from '$generated/ProviderView'
import type { Step } from '$generated/Step'
import type { StepKind } from '$generated/StepKind'
import { accountDays } from './sample-accounts'
import providers from './sample-providers.json'
import { clientDays } from './sample-clients'
import { SAMPLE_NOW } from './sample-now'
import { roomDays } from './sample-rooms'

// Days to look at: one ordinary, one for each extreme. Everybody here is invented.

export { SAMPLE_NOW }

export type SampleName = keyof typeof days

const [rooms, other, own, calendar] = providers as [ProviderView, ProviderView, ProviderView, ProviderView]
const at = (minutes: number) => new Date(SAMPLE_NOW + minutes * 60_000).toISOString()
const DAY = 24 * 60

let made = 0
function consultation(
  client: string,
  start: number,
  minutes: number,
  more: Partial<ConsultationView> = {},
): ConsultationView {
  const number = String(++made).padStart(2, '0')
  const room = `konsultaciya-23nov-k7q2mx4tz9${number}`
  return {
    id: `0198f1a0-0000-7000-8000-0000000000${number}`,
    client,
    starts_at: at(start),
    ends_at: at(start + minutes),
    minutes,
    time_zone: 'Europe/Moscow',
    provider: rooms.id,
    link: `https://meet.example.org/${room}`,
    link_hidden: false,
    room,
    note: '',
    note_hidden: false,
    status: 'planned',
    presence: presence('nowhere'),
    steps: [],
    together_seconds: 0,
    snoozed_until: null,
    unsent: false,
    has_login: false,
    asks_outcome: false,
    made: null,
    calendar: null,
    page_link: null,
    door: 'at_time',
    door_open: false,
    contact: null,
    reminders: [],
    deliveries: [],
    unread: 0,
    can_message: false,
    late: null,
    answer: null,
    ...more,
  }
}

function presence(
  place: PresencePlace,
  since: number | null = null,
  more: Partial<ConsultationView['presence']> = {},
): ConsultationView['presence'] {
  const none = { names: [], specialist_inside: false, line_unstable: false, unproven: false }
  return { place, since: since === null ? null : at(since), ...none, ...more }
}

function step(minute: number, kind: StepKind, more: Partial<Step> = {}): Step {
  return {
    at: at(minute),
    kind,
    name: null,
    source: rooms.id,
    reason: null,
    minutes: null,
    missed: false,
    ...more,
  }
}

const past = () => [
  consultation('Ирина В.', -240, 50, { status: 'finished', together_seconds: 52 * 60 }),
  consultation('Сергей Н.', -120, 50, { status: 'no_show' }),
]

const later = () => [
  consultation('Дмитрий Л.', 90, 50, { provider: other.id }),
  consultation('Ольга и Пётр', 180, 50),
  consultation('Группа «Опора»', 300, 90, { provider: own.id, link: 'https://video.example.com/opora' }),
]

const tomorrow = () => [
  consultation('Анна Б.', DAY - 300, 50),
  consultation('', DAY - 180, 50, { provider: other.id }),
]

function base(): AppView {
  return {
    version: '0.1.0',
    revision: 1,
    first_run: false,
    now: at(0),
    settings: {
      language: 'ru',
      theme: 'system',
      specialist_name: 'Елена Соколова',
      notifications: true,
      sound: true,
      privacy: 'no_name',
      hide_names: false,
      reminders: [10],
      warn_before_end: true,
      autostart: true,
      room_template: 'konsultaciya-{date}-{code}',
      code_length: 12,
      default_minutes: 50,
      token_margin_minutes: 30,
    },
    feed: {
      state: 'live',
      embedded: true,
      address: '127.0.0.1:8787',
      last_contact: at(0),
      delay_ms: 4,
      message: null,
    },
    tray: 'idle',
    hero: null,
    groups: [],
    connections: [
      {
        provider: rooms.id,
        connected: true,
        values: { base_url: 'https://meet.example.org', app_id: 'kabinet' },
        secrets_kept: ['app_secret'],
        health: 'works',
        message: null,
        last_success: at(-3),
        account: null,
        abilities: [],
      },
      {
        provider: other.id,
        connected: true,
        values: {},
        secrets_kept: ['access_token'],
        health: 'check',
        message: { code: 'provider_unreachable', facts: {} },
        last_success: at(-180),
        account: { name: 'Елена Соколова', login: 'e.sokolova' },
        abilities: [{ key: 'rooms', allowed: true }],
      },
    ],
    providers: [rooms, other, own, calendar],
    problems: [],
    sign_in: null,
    calendar: null,
    do_not_disturb_until: null,
    do_not_disturb_everything: false,
    practice: null,
    reach: null,
  }
}

function day(hero: ConsultationView | null, change: Partial<AppView> = {}): AppView {
  const view = base()
  const groups: AppView['groups'] = [
    { kind: 'later_today', day: '2026-11-23', items: later() },
    { kind: 'tomorrow', day: '2026-11-24', items: tomorrow() },
    { kind: 'later', day: '2026-11-27', items: [consultation('Мария К.', 4 * DAY, 50)] },
    { kind: 'past_today', day: '2026-11-23', items: past() },
  ]
  return { ...view, hero, groups, ...change }
}

const pasted = ({ link, made }: ConsultationView) => !made && link !== '' && !link.includes('konsultaciya-')

/** Every name gone, as the application sends it while names are hidden. */
function hidden(view: AppView): AppView {
  const hide = (one: ConsultationView): ConsultationView => ({
    ...one,
    client: null,
    note: '',
    note_hidden: one.note !== '',
    link: pasted(one) ? '' : one.link,
    link_hidden: pasted(one),
    presence: { ...one.presence, names: [] },
    steps: one.steps.map((each) => ({ ...each, name: null })),
    contact: one.contact && { ...one.contact, phone: '', email: '' },
  })
  return {
    ...view,
    settings: { ...view.settings, hide_names: true },
    hero: view.hero && hide(view.hero),
    groups: view.groups.map((group) => ({ ...group, items: group.items.map(hide) })),
  }
}

const waiting = () =>
  consultation('Мария К.', 0, 50, {
    status: 'running',
    has_login: true,
    note: 'Третья встреча. Вернуться к дневнику сна.',
    presence: presence('lobby', -2, { names: ['Мария'] }),
    steps: [step(-4, 'opened_link', { source: 'page' }), step(-2, 'lobby', { name: 'Мария' })],
  })

const session = () =>
  consultation('Мария К.', -12, 50, {
    status: 'running',
    presence: presence('room', -11, { specialist_inside: true, names: ['Мария К.'] }),
    together_seconds: 600,
    steps: [
      step(-14, 'opened_link', { source: 'page' }),
      step(-13, 'on_page', { source: 'page' }),
      step(-12, 'joined', { name: 'Мария' }),
      step(-11, 'session_started'),
      step(-6, 'line_lost', { missed: true }),
      step(-5, 'line_back', { missed: true }),
    ],
  })

const LONG = 'Константин-Александр Преображенский-Воскресенский и его супруга Аполлинария Модестовна'

const days = {
  next: () => day(consultation('Дмитрий Лебедев', 24, 50, { provider: other.id, has_login: true })),
  waiting: () => day(waiting(), { tray: 'client_there' }),
  session: () => day(session(), { tray: 'in_session' }),
  empty: () => base(),
  first: () => ({
    ...base(),
    first_run: true,
    connections: [],
    settings: { ...base().settings, language: 'system' },
  }),
  hidden: () => hidden(day(waiting(), { tray: 'client_there' })),
  done: () =>
    day(null, {
      groups: [
        {
          kind: 'past_today',
          day: '2026-11-23',
          items: [
            ...past(),
            consultation('Вера Т.', -60, 50, {
              asks_outcome: true,
              steps: [step(-62, 'opened_link', { source: 'page' }), step(-61, 'left', { reason: 'closed' })],
            }),
          ],
        },
      ],
    }),
  cancelled: () =>
    day(null, {
      tray: 'client_there',
      groups: [
        {
          kind: 'later_today',
          day: '2026-11-23',
          items: [
            consultation('Мария К.', 15, 50, {
              status: 'cancelled',
              presence: presence('room', -3, { names: ['Мария'], unproven: true }),
              steps: [step(-3, 'joined', { name: 'Мария' })],
            }),
            ...later(),
          ],
        },
      ],
    }),
  unanswered: () =>
    day(consultation('Дмитрий Лебедев', 24, 50), {
      groups: [
        {
          // Not every application that this window meets knows of this group.
          kind: 'unanswered' as DayGroupKind,
          day: '2026-11-22',
          items: [consultation('Вера Т.', -DAY, 50, { asks_outcome: true })],
        },
        { kind: 'later_today', day: '2026-11-23', items: later() },
      ],
    }),
  trouble: () =>
    day(
      consultation('Мария К.', 3, 50, {
        unsent: true,
        presence: presence('line_lost', -1, { line_unstable: true }),
      }),
      {
        tray: 'not_connected',
        feed: {
          ...base().feed,
          state: 'offline',
          embedded: false,
          address: 'events.example.org',
          last_contact: at(-20),
        },
        problems: [
          { code: 'keychain_locked', facts: {} },
          { code: 'no_tray_host', facts: {} },
        ],
        do_not_disturb_until: at(45),
      },
    ),
  long: () =>
    day(
      consultation(LONG, -3, 50, {
        status: 'running',
        presence: presence('room', -1, { names: ['مريم القحطاني', LONG], unproven: true }),
        steps: [step(-1, 'joined', { name: '\u202Eevil <b>bold</b> &amp; 🙂🙂🙂' })],
        note: 'x'.repeat(300),
      }),
      {
        groups: [
          {
            kind: 'later_today',
            day: '2026-11-23',
            items: [
              consultation(LONG, 60, 50),
              consultation('مريم القحطاني', 120, 50),
              consultation(LONG + LONG, 180, 50, { unsent: true }),
            ],
          },
        ],
      },
    ),
  many: () =>
    day(null, {
      groups: [
        {
          kind: 'later_today',
          day: '2026-11-23',
          items: Array.from({ length: 60 }, (_, index) =>
            consultation(`Клиент ${index + 1}`, 10 + index * 8, 50),
          ),
        },
      ],
    }),
  ...clientDays({ at, consultation, presence, step, day, hidden, long: LONG }),
  ...roomDays({ consultation, day, provider: other.id, calendar: calendar.id, long: LONG }),
  ...accountDays({
    at,
    base,
    day: (change) => day(consultation('Дмитрий Лебедев', 24, 50), change),
    rooms,
    account: other,
    calendar,
  }),
} satisfies Record<string, () => AppView>

/** The same day asked for twice is the same day, ids and all. */
export const samples = Object.fromEntries(
  Object.entries(days).map(([name, day]) => [
    name,
    () => {
      made = 0
      return day()
    },
  ]),
) as Record<SampleName, () => AppView>
