import type { AppView } from '../../../ui/src/generated/AppView.ts'
import type { Commands } from '../../../ui/src/generated/commands.ts'
import type { ConsultationDraft } from '../../../ui/src/generated/ConsultationDraft.ts'
import type { ConsultationView } from '../../../ui/src/generated/ConsultationView.ts'
import { Running, UI } from './program.ts'

/** Monday, 13:40 in Moscow: the sketch's day, twenty minutes before its first consultation. */
export const MONDAY = '2026-11-23T10:40:00Z'

export interface Shown {
  key: string
  title: string
  body: string
  buttons: string[]
  urgent: boolean
  sound: boolean
}

export interface Logged {
  what: 'show' | 'withdraw'
  key: string
  title: string
  body: string
  sound: boolean
}

export interface HostOptions {
  /** `real`: the clock on the wall, for a backend in another process has no other. */
  now?: string
  language?: string
  /** A backend that runs already, instead of the one inside. */
  backend?: { url: string; token: string }
  /** What the operator of a practice gives, as a file. */
  operator?: string
  /** Where the backend inside listens, `127.0.0.1:PORT`; a free port unless told. */
  backendListen?: string
}

type Refusal = { code: string; field: string | null; facts: Record<string, string> }

/** `kabinet-headless`: the real commands, with a desktop and a keychain that say what they were asked. */
export class Host {
  readonly url: string
  /** Where room reports go. */
  readonly backend: string
  readonly #running: Running

  private constructor(running: Running) {
    const [url, , backend] = running.said.split(' ')
    this.url = url ?? ''
    this.backend = backend ?? ''
    this.#running = running
  }

  static async start(data: string, options: HostOptions = {}): Promise<Host> {
    const args = ['--data', data, '--ui', UI, '--language', options.language ?? 'en']
    if (options.now !== 'real') args.push('--now', options.now ?? MONDAY)
    if (options.backend) args.push('--backend', options.backend.url, '--token', options.backend.token)
    if (options.operator) args.push('--operator', options.operator)
    if (options.backendListen) args.push('--backend-listen', options.backendListen)
    return new Host(await Running.start('kabinet-headless', args))
  }

  get log(): string {
    return this.#running.log
  }

  stop(signal?: 'SIGTERM' | 'SIGKILL') {
    return this.#running.stop(signal)
  }

  async call<N extends keyof Commands>(name: N, args: Commands[N]['args']): Promise<Commands[N]['reply']> {
    const answer = await this.#post(`/command/${name}`, args)
    const body = (await answer.json()) as Commands[N]['reply'] & Refusal
    if (!answer.ok) throw new Error(`${name} was refused: ${body.code} (${body.field})`)
    return body
  }

  state(): Promise<AppView> {
    return this.call('state', {})
  }

  /** The time by the application's clock, in milliseconds. */
  async now(): Promise<number> {
    return Date.parse((await this.state()).now)
  }

  /** Puts the clock forward. What the backend meant to do meanwhile it does when it next hears something, so it hears of a room that is nobody's. */
  async advance(minutes: number) {
    await this.#post('/probe/clock', { advance_seconds: Math.round(minutes * 60) })
    const createdAt = new Date(await this.now()).toISOString()
    await fetch(`${this.backend}/api/webhook/jitsi`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ event: 'room_destroyed', roomName: 'nobodys', createdAt }),
    })
  }

  opened(): Promise<string[]> {
    return this.#get('/probe/opened')
  }

  async clipboard(): Promise<string | null> {
    return (await this.#get<{ text: string | null }>('/probe/clipboard')).text
  }

  /** What was written for the person, and which of it was shown in its folder. */
  files(): Promise<{ saved: { path: string; text: string }[]; shown: string[] }> {
    return this.#get('/probe/files')
  }

  notifications(): Promise<{ standing: Shown[]; log: Logged[] }> {
    return this.#get('/probe/notifications')
  }

  async standing(): Promise<Shown[]> {
    return (await this.notifications()).standing
  }

  async press(key: string, button?: number) {
    await this.#post('/probe/notifications/press', { key, button })
  }

  tray(): Promise<{ state: string; title: string; menu: unknown[] }> {
    return this.#get('/probe/tray')
  }

  /** Parts of the desktop that fail from now on. */
  async breakDesktop(parts: Partial<Record<'browser' | 'clipboard' | 'files' | 'notifications' | 'autostart' | 'tray', false>>) {
    await this.#post('/probe/desktop', parts)
  }

  async keychain(state: 'open' | 'locked' | 'absent') {
    await this.#post('/probe/keychain', { state })
  }

  /** First run done, with a Jitsi address and no reminders that would mix with what a test looks for. */
  async settle(answers: Partial<Commands['finish_first_run']['args']> = {}) {
    await this.call('finish_first_run', {
      language: null,
      name: 'Elena Sokolova',
      jitsi_address: 'https://meet.example.org',
      ...answers,
    })
    await this.set({ reminders: [] })
  }

  async set(change: Partial<AppView['settings']>) {
    const { settings } = await this.state()
    await this.call('save_settings', { ...settings, ...change })
  }

  /** A consultation, by default the one at 14:00 of the day. */
  plan(draft: Partial<ConsultationDraft> = {}): Promise<ConsultationView> {
    return this.call('create_consultation', {
      client: 'Maria K.',
      date: '2026-11-23',
      time: '14:00',
      minutes: 50,
      time_zone: 'Europe/Moscow',
      provider: 'jitsi',
      link: null,
      note: '',
      room: null,
      calendar: null,
      client_side: null,
      another_client: false,
      ...draft,
    })
  }

  /** A consultation that has just begun by the application's clock: whatever the hour, it is one of today. */
  async planNow(draft: Partial<ConsultationDraft> = {}): Promise<ConsultationView> {
    const moscow = new Date((await this.now()) + 3 * 3_600_000).toISOString()
    return this.plan({ date: moscow.slice(0, 10), time: moscow.slice(11, 16), ...draft })
  }

  async #get<T>(path: string): Promise<T> {
    return (await (await fetch(this.url + path)).json()) as T
  }

  async #post(path: string, body: unknown): Promise<Response> {
    const headers = { 'content-type': 'application/json' }
    return fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  }
}
