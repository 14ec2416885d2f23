import type { AppView } from '$generated/AppView'
import type { Commands } from '$generated/commands'
import type { Nothing } from '$generated/Nothing'
import type { SignInView } from '$generated/SignInView'
import { CommandError } from './bridge'
import { connected, signingIn } from './sample-accounts'

type Names =
  | 'begin_sign_in'
  | 'open_sign_in_page'
  | 'finish_sign_in'
  | 'cancel_sign_in'
  | 'calendar_choices'
  | 'choose_calendar'
  | 'sync_calendar'
type Handlers = { [N in Names]: (args: Commands[N]['args']) => Commands[N]['reply'] }

/** What an account needs of the application in this page. */
interface Application {
  view: () => AppView
  now: () => string
  push: (change: Partial<AppView>) => Nothing
}

/** How long somebody takes to allow the access in the browser, and the service to tell about the account. */
const ALLOWED = 6_000
const TOLD = 900

const CALENDARS = [
  { id: '7', name: 'Консультации', colour: '#2a9d8f', writable: true },
  { id: '3', name: 'Личный календарь', colour: '#e07a5f', writable: true },
  { id: '12', name: 'Календарь компании', colour: '#8d99ae', writable: false },
]

/** Signing in that walks by itself, and a calendar. An application's id with `wrong` in it is unknown to the service. */
export function accountHandlers({ view, now, push }: Application): Handlers {
  /** Each attempt has its number, so that one that was cancelled does not come to an end. */
  let attempt = 0

  const going = (number: number, change: Partial<SignInView>) => {
    const { sign_in } = view()
    if (number === attempt && sign_in) push({ sign_in: { ...sign_in, ...change } })
  }

  function finish(number: number) {
    going(number, { state: 'finishing' })
    setTimeout(() => {
      const { sign_in, connections, providers } = view()
      if (number !== attempt || !sign_in) return
      const { provider: id } = sign_in
      const kept = connections.find(({ provider }) => provider === id)
      if (kept?.values.client_id?.includes('wrong')) {
        return going(number, { state: 'failed', message: { code: 'invalid_client', facts: {} } })
      }
      const calendar = providers.find((one) => one.id === id)?.kind === 'calendar'
      const abilities = (calendar ? ['calendar', 'colleagues'] : ['rooms', 'broadcasts']).map((key) => ({
        key,
        allowed: true,
      }))
      const made = connected(id, {
        values: kept?.values,
        secrets_kept: kept?.secrets_kept,
        last_success: now(),
        abilities,
      })
      push({ sign_in: null, connections: [...connections.filter(({ provider }) => provider !== id), made] })
    }, TOLD)
  }

  return {
    begin_sign_in: ({ form, way }) => {
      const { connections } = view()
      const { provider: id, values, secrets } = form
      if (values.portal?.includes(' ')) throw new CommandError({ code: 'bad_address', field: 'portal' })
      const kept = connections.find(({ provider }) => provider === id)
      const secrets_kept = [...new Set([...(kept?.secrets_kept ?? []), ...Object.keys(secrets)])]
      const begun = kept
        ? { ...kept, values, secrets_kept }
        : connected(id, { connected: false, values, secrets_kept, health: 'unknown', account: null })
      const code = way === 'device_code' && {
        user_code: 'gh4k7wqz',
        page: 'https://ya.example.com/device',
        ends_at: new Date(Date.parse(now()) + 600_000).toISOString(),
        may_paste: false,
      }
      const number = ++attempt
      setTimeout(() => finish(number), ALLOWED)
      return push({
        connections: [...connections.filter(({ provider }) => provider !== id), begun],
        sign_in: signingIn(id, { way, ...code }),
      })
    },
    open_sign_in_page: () => ({}),
    finish_sign_in: ({ text }) => {
      const of = view().providers.find(({ id }) => id === view().sign_in?.provider)
      const readable = of?.kind === 'calendar' ? text.length > 3 : /^https?:.*[?&]code=/.test(text)
      if (!readable) throw new CommandError({ code: 'sign_in_not_pasted', field: 'text' })
      finish(attempt)
      return {}
    },
    cancel_sign_in: () => {
      attempt++
      return push({ sign_in: null })
    },
    calendar_choices: () => ({ calendars: CALENDARS }),
    choose_calendar: ({ provider, calendar: id, ...choice }) => {
      const chosen = CALENDARS.find((one) => one.id === id)
      if (!chosen?.writable) throw new CommandError({ code: 'calendar_not_allowed', field: 'calendar' })
      const { calendar } = view()
      const known = calendar ?? { last_success: null, message: null, conflicts: [] }
      return push({
        calendar: { ...known, ...choice, provider, calendar: id, calendar_name: chosen.name },
      })
    },
    sync_calendar: () => {
      const { calendar } = view()
      return push({ calendar: calendar && { ...calendar, last_success: now(), message: null } })
    },
  }
}
