import type { AppView } from '$generated/AppView'
import type { CalendarView } from '$generated/CalendarView'
import type { ConnectionView } from '$generated/ConnectionView'
import type { ConsultationView } from '$generated/ConsultationView'
import type { ProviderView } from '$generated/ProviderView'
import type { SignInView } from '$generated/SignInView'

/** What the days below are made of. */
export interface Ground {
  at: (minutes: number) => string
  base: () => AppView
  /** A day with consultations. */
  day: (change: Partial<AppView>) => AppView
  /** What is sampled, in the order of the file of samples. */
  rooms: ProviderView
  account: ProviderView
  calendar: ProviderView
}

export function connected(provider: string, more: Partial<ConnectionView> = {}): ConnectionView {
  return {
    provider,
    connected: true,
    values: {},
    secrets_kept: [],
    health: 'works',
    message: null,
    last_success: null,
    account: { name: 'Елена Соколова', login: 'e.sokolova' },
    abilities: [],
    ...more,
  }
}

export function signingIn(provider: string, more: Partial<SignInView> = {}): SignInView {
  return {
    provider,
    way: 'browser',
    state: 'waiting',
    user_code: null,
    page: null,
    ends_at: null,
    may_paste: true,
    message: null,
    ...more,
  }
}

/** Accounts and a calendar, each as it can stand; the screens are at `#/connection/…`. */
export function accountDays({ at, base, day, rooms, account, calendar }: Ground) {
  const withRooms = () => base().connections.filter(({ provider }) => provider === rooms.id)
  const all = [
    { key: 'rooms', allowed: true },
    { key: 'broadcasts', allowed: true },
  ]
  const portal = (more: Partial<ConnectionView> = {}) =>
    connected(calendar.id, {
      values: { portal: 'https://praktika.example.com' },
      secrets_kept: ['client_secret'],
      last_success: at(-4),
      abilities: [
        { key: 'calendar', allowed: true },
        { key: 'colleagues', allowed: true },
      ],
      ...more,
    })
  const chosen = (more: Partial<CalendarView> = {}): CalendarView => ({
    provider: calendar.id,
    calendar: '7',
    calendar_name: 'Консультации',
    on_by_default: true,
    with_names: false,
    reminder: 15,
    last_success: at(-4),
    message: null,
    conflicts: [],
    ...more,
  })
  /** The operator has put an application into the configuration. */
  const given = (view: AppView): AppView => ({
    ...view,
    providers: view.providers.map((provider) => ({
      ...provider,
      fields: provider.fields.map((field) => ({ ...field, given: /^client_/.test(field.key) })),
    })),
  })
  const connections = (...more: ConnectionView[]) => day({ connections: [...withRooms(), ...more] })
  const signing = (more: Partial<SignInView>) => ({
    ...given(connections()),
    sign_in: signingIn(account.id, more),
  })
  const conflicting = () => {
    const view = connections(connected(account.id, { last_success: at(-5), abilities: all }), portal())
    const items = view.groups.flatMap((group) => group.items)
    const conflicts = [items[1], items[3]].flatMap((one) => (one ? [one.id] : []))
    const mark = (one: ConsultationView): ConsultationView =>
      conflicts.includes(one.id)
        ? {
            ...one,
            calendar: {
              on: true,
              state: 'conflict',
              message: null,
              invited: [],
              conflict: {
                reason: 'both_changed',
                fields: [{ field: 'time', ours: '17:00–17:50', theirs: '18:00–18:50' }],
              },
            },
          }
        : one
    return {
      ...view,
      groups: view.groups.map((group) => ({ ...group, items: group.items.map(mark) })),
      calendar: chosen({ conflicts }),
    }
  }

  return {
    /** Nobody has an account, nor an application. */
    unconnected: () => connections(),
    /** Nobody has an account; the operator has given an application. */
    given: () => given(connections()),
    signing: () => signing({}),
    /** The browser cannot lead back here. */
    port_taken: () =>
      signing({ message: { code: 'sign_in_port_taken', facts: { address: '127.0.0.1:47318' } } }),
    code: () =>
      signing({
        way: 'device_code',
        user_code: 'gh4k7wqz',
        page: 'https://ya.example.com/device',
        ends_at: at(9.7),
        may_paste: false,
      }),
    finishing: () => signing({ state: 'finishing' }),
    denied: () => signing({ state: 'failed', message: { code: 'access_denied', facts: {} } }),
    connected: () => connections(connected(account.id, { last_success: at(-5), abilities: all }), portal()),
    personal: () =>
      connections(
        connected(account.id, {
          health: 'check',
          message: { code: 'account_restricted', facts: {} },
          abilities: all.map(({ key }) => ({ key, allowed: false })),
        }),
      ),
    signed_out: () => ({
      ...connections(
        connected(account.id, {
          health: 'broken',
          message: { code: 'sign_in_again', facts: {} },
          last_success: at(-26 * 60),
          abilities: all,
        }),
        portal({
          account: null,
          secrets_kept: ['webhook_url'],
          values: {},
          health: 'broken',
          message: { code: 'calendar_sign_in_again', facts: {} },
          last_success: at(-90),
        }),
      ),
      calendar: chosen({
        last_success: at(-90),
        message: { code: 'calendar_sign_in_again', facts: {} },
      }),
    }),
    /** Connected, and no calendar chosen yet. */
    choosing: () => connections(portal()),
    conflict: conflicting,
    /** Only one to decide about. */
    one_conflict: () => {
      const view = conflicting()
      return { ...view, calendar: { ...view.calendar, conflicts: view.calendar.conflicts.slice(0, 1) } }
    },
  } satisfies Record<string, () => AppView>
}
