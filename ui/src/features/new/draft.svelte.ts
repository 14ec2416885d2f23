import { CommandError } from '$bridge'
import type { AppView } from '$generated/AppView'
import type { ConsultationDraft } from '$generated/ConsultationDraft'
import type { ConsultationView } from '$generated/ConsultationView'
import type { ProviderView } from '$generated/ProviderView'
import { clock, dayOf, nextHalfHour, type Place } from '$shared/time'
import { t, told } from '$shared/words/words.svelte'

/** How a draft gets a link as it will look. */
export type Preview = (provider: string, date: string) => Promise<string>

/** Providers a new consultation can be held at: connected ones, and those that need no connection. */
export function usableProviders(view: AppView): ProviderView[] {
  const connected = new Set(view.connections.map((connection) => connection.provider))
  return view.providers.filter((provider) => connected.has(provider.id) || provider.fields.length === 0)
}

/** What has been typed so far, kept through refusals and through a look at another screen. */
export class Draft {
  client = $state('')
  provider = $state('')
  date = $state('')
  time = $state('')
  /** What stands in the fields of date and time while it cannot be read. */
  typedDate = $state<string | null>(null)
  typedTime = $state<string | null>(null)
  minutes = $state(50)
  note = $state('')
  /** A link of one's own instead of a made one. */
  pasted = $state('')
  pastes = $state(false)
  /** The made link; the one shown is the one that is created. */
  preview = $state('')
  errors = $state<Record<string, string>>({})
  /** A refusal that belongs to no field. */
  trouble = $state('')
  busy = $state(false)

  /** The zone the times are meant in. */
  readonly zone: string
  /** Being changed; absent for a new one. */
  readonly changes: string | null
  #asked = 0

  private constructor(zone: string, changes: string | null) {
    this.zone = zone
    this.changes = changes
  }

  static fresh(view: AppView, now: number, place: Place): Draft {
    const draft = new Draft(place.zone, null)
    const usable = usableProviders(view)
    const { day, time } = nextHalfHour(now, place)
    draft.provider = (usable.find((provider) => provider.makes_rooms) ?? usable[0])?.id ?? ''
    draft.date = day
    draft.time = time
    draft.minutes = view.settings.default_minutes
    return draft
  }

  /** Times are shown in the zone they were given in, so that an unchanged time stays what it was. */
  static of(consultation: ConsultationView): Draft {
    const draft = new Draft(consultation.time_zone, consultation.id)
    const place = { locale: 'en', zone: consultation.time_zone }
    draft.client = consultation.client ?? ''
    draft.provider = consultation.provider
    draft.date = dayOf(consultation.starts_at, place)
    draft.time = clock(consultation.starts_at, place)
    draft.minutes = consultation.minutes
    draft.note = consultation.note
    draft.preview = consultation.link
    return draft
  }

  /** As another consultation was, at the time the application proposes. */
  static like(proposed: ConsultationDraft, place: Place): Draft {
    const draft = new Draft(proposed.time_zone ?? place.zone, null)
    draft.client = proposed.client
    draft.provider = proposed.provider
    draft.date = proposed.date
    draft.time = proposed.time
    draft.minutes = proposed.minutes
    draft.note = proposed.note
    draft.pasted = proposed.link ?? ''
    draft.pastes = proposed.link !== null
    return draft
  }

  /** Asks for a made link; a slow answer to an old question is dropped. */
  async look(preview: Preview) {
    const asked = ++this.#asked
    try {
      const link = await preview(this.provider, this.date)
      if (asked === this.#asked) {
        this.preview = link
        delete this.errors.link
      }
    } catch (thrown) {
      if (asked === this.#asked) {
        this.preview = ''
        this.errors.link = told(CommandError.from(thrown))
      }
    }
  }

  asCommand(makesRooms: boolean): ConsultationDraft {
    const own = this.pastes || !makesRooms
    return {
      client: this.client.trim(),
      date: this.date,
      time: this.time,
      minutes: this.minutes,
      time_zone: this.zone,
      provider: this.provider,
      link: (own ? this.pasted.trim() : this.preview) || null,
      note: this.note.trim(),
      room: null,
      calendar: null,
    }
  }

  /** Marks what cannot be sent because nothing readable stands in it. */
  complete(makesRooms: boolean): boolean {
    this.errors = {}
    this.trouble = ''
    if (!this.date) this.errors.date = t('date-unreadable')
    if (!this.time) this.errors.time = t('time-unreadable')
    if ((this.pastes || !makesRooms) && !this.pasted.trim()) this.errors.link = t('link-missing')
    return Object.keys(this.errors).length === 0
  }

  /** Sends through `send`; a refusal is put under its field and everything typed stays. */
  async send<T>(send: () => Promise<T>): Promise<T | null> {
    if (this.busy) return null
    this.busy = true
    this.errors = {}
    this.trouble = ''
    try {
      return await send()
    } catch (thrown) {
      this.refuse(CommandError.from(thrown))
      return null
    } finally {
      this.busy = false
    }
  }

  refuse(error: CommandError) {
    const shown = ['client', 'provider', 'date', 'time', 'minutes', 'note', 'link']
    if (error.field && shown.includes(error.field)) this.errors[error.field] = told(error)
    else this.trouble = told(error)
  }
}
