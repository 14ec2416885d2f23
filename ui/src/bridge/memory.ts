import type { AppView } from '$generated/AppView'
import type { ConsultationDraft } from '$generated/ConsultationDraft'
import type { ConsultationView } from '$generated/ConsultationView'
import type { Commands } from '$generated/commands'
import type { Settings } from '$generated/Settings'
import type { Sought } from '$generated/Sought'
import { CommandError, type Bridge, type CommandName } from './bridge'
import { addDays, clock, dayOf } from '$shared/time'
import { accountHandlers } from './memory-accounts'
import { clientHandlers } from './memory-clients'
import { madeRooms } from './memory-rooms'
import { SAMPLE_NOW, samples, type SampleName } from './sample'

type Handlers = { [N in CommandName]: (args: Commands[N]['args']) => Commands[N]['reply'] }

/**
 * An application that keeps everything in this page, for looking at designs and for component tests.
 * `?memory=waiting&lang=en&theme=dark` chooses a day of `samples`; it behaves, as far as the window can tell.
 * `&slow=3000` lets every answer take so many milliseconds.
 */
export function memoryBridge(query: URLSearchParams): Bridge {
  const name = query.get('memory') as SampleName
  let view: AppView = (samples[name] ?? samples.waiting)()
  const language = query.get('lang')
  const theme = query.get('theme')
  if (language === 'ru' || language === 'en') view.settings = { ...view.settings, language }
  if (theme === 'light' || theme === 'dark') view.settings = { ...view.settings, theme }

  const turn = Number(query.get('slow')) || 30
  const started = Date.now()
  const hearers = new Set<(view: AppView) => void>()
  const now = () => new Date(SAMPLE_NOW + Date.now() - started).toISOString()
  const push = (change: Partial<AppView>) => {
    view = { ...view, ...change, revision: view.revision + 1, now: now() }
    for (const hear of hearers) hear(view)
    return {}
  }
  const all = () => [...(view.hero ? [view.hero] : []), ...view.groups.flatMap((group) => group.items)]
  const find = (id: string): ConsultationView => {
    const found = all().find((one) => one.id === id)
    if (!found) throw new CommandError({ code: 'no_such_consultation' })
    return found
  }
  const wanted = ({ text, state, kind, from, to }: Sought) => {
    const typed = text.trim().toLocaleLowerCase()
    return all()
      .filter((one) => `${one.client} ${one.note}`.toLocaleLowerCase().includes(typed))
      .filter((one) => !state || one.status === state)
      .filter((one) => !kind || (one.made?.broadcast ? 'broadcast' : 'conference') === kind)
      .filter((one) => (!from || one.starts_at >= from) && (!to || one.starts_at.slice(0, 10) <= to))
      .sort((one, other) => other.starts_at.localeCompare(one.starts_at))
  }
  const edit = (id: string, change: Partial<ConsultationView>) => {
    const apply = (one: ConsultationView) => (one.id === id ? { ...one, ...change } : one)
    return push({
      hero: view.hero && apply(view.hero),
      groups: view.groups.map((group) => ({ ...group, items: group.items.map(apply) })),
    })
  }
  const settle = (change: Partial<AppView['settings']>) => push({ settings: { ...view.settings, ...change } })
  const health = () => ({ health: 'works' as const, message: null })

  const rooms = madeRooms({ name, view: () => view, find, edit })

  const handlers: Handlers = {
    ...rooms.handlers,
    ...accountHandlers({ view: () => view, now, push }),
    ...clientHandlers({ name, view: () => view, now, find, edit, push }),
    state: () => ({ ...view, now: now() }),
    finish_first_run: ({ language: chosen, name: typed }) => {
      if (chosen) settle({ language: chosen })
      if (typed) settle({ specialist_name: typed })
      return push({ first_run: false })
    },
    preview_room: () => ({ link: `https://meet.example.org/konsultaciya-23nov-${code()}` }),
    create_consultation: (draft) => {
      check(draft)
      const room = draft.link ? {} : rooms.asked(draft.provider, draft.room)
      const made = { ...fromDraft(draft), ...room, id: crypto.randomUUID() }
      const group = view.groups.find(({ day }) => day === draft.date)
      push({
        groups: group
          ? view.groups.map((one) => (one === group ? { ...one, items: [made, ...one.items] } : one))
          : [{ kind: 'later_today', day: draft.date, items: [made] }, ...view.groups],
      })
      return made
    },
    change_consultation: ({ id, draft }) => {
      check(draft)
      const before = find(id)
      const { made, calendar, contact, reminders, door, page_link, can_message, deliveries } = before
      const kept = { made, calendar, contact, reminders, door, page_link, can_message, deliveries }
      const room = draft.link ? {} : rooms.asked(draft.provider, draft.room)
      edit(id, {
        ...fromDraft(draft),
        ...kept,
        ...(draft.calendar ? calendarOf(draft) : {}),
        ...(draft.client_side ?? {}),
        ...room,
      })
      return find(id)
    },
    cancel_consultation: ({ id }) => edit(id, { status: 'cancelled' }),
    restore_consultation: ({ id }) => edit(id, { status: 'planned' }),
    consultation: ({ id }) => find(id),
    search: ({ sought, offset, limit }) => {
      const items = wanted(sought)
      const months = new Map<string, number>()
      for (const { starts_at } of items) {
        const month = starts_at.slice(0, 7)
        months.set(month, (months.get(month) ?? 0) + 1)
      }
      return {
        items: items.slice(offset, offset + limit),
        total: items.length,
        months: [...months].map(([month, count]) => ({ month, count })),
      }
    },
    export: ({ sought, format }) => ({
      file: `kabinet-${now().slice(0, 10)}.${format === 'csv' ? 'csv' : 'ics'}`,
      count: wanted(sought).length,
      without_names: view.settings.hide_names,
    }),
    show_exported: () => ({}),
    repeat: ({ id }) => {
      const { client, starts_at, minutes, time_zone, provider, note, made } = find(id)
      const place = { locale: 'en', zone: time_zone }
      return {
        client: client ?? '',
        date: addDays(dayOf(starts_at, place), 7),
        time: clock(starts_at, place),
        minutes,
        time_zone,
        provider,
        link: null,
        note,
        room: made,
        calendar: null,
        client_side: { contact: find(id).contact, reminders: find(id).reminders, door: find(id).door },
        another_client: false,
      }
    },
    join: ({ id }) => edit(id, { presence: { ...find(id).presence, specialist_inside: true } }),
    copy_link: () => ({}),
    copy_login: () => ({}),
    copy_password: () => ({}),
    snooze: ({ id, minutes }) =>
      edit(id, { snoozed_until: new Date(Date.parse(now()) + minutes * 60_000).toISOString() }),
    confirm_outcome: ({ id, came }) =>
      edit(id, { asks_outcome: false, status: came ? 'finished' : 'no_show' }),
    save_settings: ({ base, ...settings }) => settle(touched(settings, base)),
    set_autostart: ({ on }) => settle({ autostart: on }),
    set_hide_names: ({ on }) => settle({ hide_names: on }),
    do_not_disturb: ({ minutes, everything }) =>
      push({
        do_not_disturb_everything: everything,
        do_not_disturb_until: minutes ? new Date(Date.parse(now()) + minutes * 60_000).toISOString() : null,
      }),
    save_connection: ({ provider, values, secrets }) => {
      if (values.base_url?.includes(' ')) throw new CommandError({ code: 'bad_address', field: 'base_url' })
      const others = view.connections.filter((one) => one.provider !== provider)
      const kept = view.connections.find((one) => one.provider === provider)?.secrets_kept ?? []
      const forgotten = Object.keys(secrets).filter((key) => secrets[key] === '')
      const secrets_kept = [...new Set([...kept, ...Object.keys(secrets)])].filter(
        (key) => !forgotten.includes(key),
      )
      push({
        connections: [
          ...others,
          {
            provider,
            connected: true,
            values,
            secrets_kept,
            ...health(),
            last_success: now(),
            account: null,
            abilities: [],
          },
        ],
      })
      return health()
    },
    remove_connection: ({ provider }) =>
      push({
        connections: view.connections.filter((one) => one.provider !== provider),
        calendar: view.calendar?.provider === provider ? null : view.calendar,
      }),
    check_connection: health,
    webhook_info: () => ({
      url: 'http://127.0.0.1:8787/api/webhook/kabinet',
      snippet:
        '-- In the section of the rooms.\nmodules_enabled = { "kabinet" }\nkabinet_url = "http://127.0.0.1:8787"\n',
    }),
    pair: ({ link_or_code }) => {
      if (link_or_code.length < 9)
        throw new CommandError({ code: 'pairing_code_wrong', field: 'link_or_code' })
      return push({ feed: { ...view.feed, embedded: false, address: 'events.example.org', delay_ms: 42 } })
    },
    unpair: () => push({ feed: { ...view.feed, embedded: true, address: '127.0.0.1:8787' } }),
    retry_keychain: () =>
      push({ problems: view.problems.filter(({ code: one }) => !one.startsWith('keychain')) }),
    hide_window: () => ({}),
    quit: () => ({}),
  }

  return {
    async call(command, args) {
      // A turn of the loop, as a real answer takes one too.
      await new Promise((resolve) => setTimeout(resolve, turn))
      return handlers[command](args as never) as never
    },
    onState(hear) {
      hearers.add(hear)
      return () => hearers.delete(hear)
    },
    onOpen: () => () => {},
  }
}

function code(): string {
  return crypto.randomUUID().replaceAll('-', '').slice(0, 12)
}

function check(draft: ConsultationDraft) {
  if (draft.link && !/^https?:\/\/\S+$/.test(draft.link)) {
    throw new CommandError({ code: 'bad_link', field: 'link' })
  }
}

function fromDraft(draft: ConsultationDraft): ConsultationView {
  const pattern = samples.next().hero as ConsultationView
  const starts = Date.parse(`${draft.date}T${draft.time}:00+03:00`)
  return {
    ...pattern,
    client: draft.client,
    provider: draft.provider,
    minutes: draft.minutes,
    note: draft.note,
    link: draft.link ?? pattern.link,
    ...calendarOf(draft),
    ...(draft.client_side ?? {}),
    starts_at: new Date(starts).toISOString(),
    ends_at: new Date(starts + draft.minutes * 60_000).toISOString(),
  }
}

function calendarOf({ calendar }: ConsultationDraft): Pick<ConsultationView, 'calendar'> {
  if (!calendar) return { calendar: null }
  const { on } = calendar
  const invited = calendar.invited ?? []
  return { calendar: { on, state: on ? 'waiting' : 'off', message: null, invited, conflict: null } }
}

/** What is the same as in the window before was not touched. */
function touched(settings: Settings, base: Settings | undefined): Partial<Settings> {
  const is = (name: string) => JSON.stringify(base?.[name as keyof Settings])
  return Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => JSON.stringify(value) !== is(name)),
  )
}
