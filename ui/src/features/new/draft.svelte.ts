import { CommandError } from '$bridge'
import type { AppView } from '$generated/AppView'
import type { ConsultationDraft } from '$generated/ConsultationDraft'
import type { ConsultationView } from '$generated/ConsultationView'
import type { ProviderView } from '$generated/ProviderView'
import { People } from '$shared/people/people.svelte'
import { lacking } from '$shared/room/lacking'
import { RoomForm } from '$shared/room/room-form.svelte'
import { clock, dayOf, nextHalfHour, type Place } from '$shared/time'
import { t, told } from '$shared/words/words.svelte'
import { ClientForm, hasClientSide } from './client-form.svelte'

/** How a draft gets a link as it will look. */
export type Preview = (provider: string, date: string) => Promise<string>

/** Providers a new consultation can be held at: connected ones, and those that need no connection. */
export function usableProviders(view: AppView): ProviderView[] {
  const connected = new Set(view.connections.map((connection) => connection.provider))
  return view.providers.filter(
    ({ id, kind, fields }) => kind === 'rooms' && (connected.has(id) || fields.length === 0),
  )
}

/** Whether consultations can stand in a calendar: one is connected, and a person has said which of its calendars. */
export function hasCalendar(view: AppView): boolean {
  return Boolean(view.calendar?.calendar)
}

/**
 * How the link comes about: it stays as it is, somebody pastes it, it is made and shown before anything is sent,
 * or it comes with a room that is asked for.
 */
export type LinkWay = 'kept' | 'pasted' | 'shown' | 'asked'

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
  /** What the room is to be like, where it is made when asked. */
  room = new RoomForm()
  /** `null` leaves it to the calendar's settings. */
  inCalendar = $state<boolean | null>(null)
  invited = new People(false)
  /** The calendar's part was touched; of a consultation that exists, anything else is left as it stands there. */
  calendarTouched = $state(false)
  /** How the client is reached, reminded and let in. */
  clientSide = new ClientForm()
  errors = $state<Record<string, string>>({})
  /** A refusal that belongs to no field. */
  trouble = $state('')
  busy = $state(false)
  /** A room may have been made whose answer was lost. Only a person's word sends again. */
  uncertain = $state(false)
  /** What the form of a change was opened with. */
  opened: ConsultationDraft | null = null
  /** Why it was last refused. */
  failure = $state.raw<CommandError | null>(null)

  /** The zone the times are meant in. */
  readonly zone: string
  /** Being changed; absent for a new one. */
  readonly changes: string | null
  /** The provider and the link it has already, which both stay unless something else is chosen. */
  readonly had: { provider: string; link: string } | null
  /** The client's link leads to a page, and stays whatever the room is. */
  hasPage = false
  #asked = 0

  private constructor(zone: string, changes: string | null, had: Draft['had'] = null) {
    this.zone = zone
    this.changes = changes
    this.had = had
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

  /**
   * Times are shown in the zone they were given in, so that an unchanged time stays what it was.
   * `anew` asks for another room than it has.
   */
  static of(consultation: ConsultationView, anew = false): Draft {
    const { provider, link } = consultation
    const draft = new Draft(consultation.time_zone, consultation.id, anew ? null : { provider, link })
    const place = { locale: 'en', zone: consultation.time_zone }
    draft.hasPage = consultation.page_link !== null
    draft.client = consultation.client ?? ''
    draft.provider = consultation.provider
    draft.date = dayOf(consultation.starts_at, place)
    draft.time = clock(consultation.starts_at, place)
    draft.minutes = consultation.minutes
    draft.note = consultation.note
    draft.room = RoomForm.of(consultation.made)
    draft.clientSide = ClientForm.of(consultation)
    if (consultation.calendar) {
      draft.inCalendar = consultation.calendar.on
      draft.invited.put(consultation.calendar.invited)
    }
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
    draft.room = RoomForm.of(proposed.room)
    draft.clientSide = ClientForm.of(proposed.client_side)
    // Another client's phone is not this one's: with another name it goes.
    draft.clientSide.suggested = Boolean(proposed.client_side?.contact)
    if (proposed.calendar) {
      draft.inCalendar = proposed.calendar.on
      draft.invited.put(proposed.calendar.invited ?? [])
    }
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

  linkWay(view: AppView): LinkWay {
    if (this.pastes) return 'pasted'
    if (this.had?.link && this.had.provider === this.provider) return 'kept'
    const provider = this.#at(view)
    if (!provider?.makes_rooms || lacking(view, provider)) return 'pasted'
    return provider.by_request ? 'asked' : 'shown'
  }

  /** Sending would make a room, and nobody knows whether one is made already. */
  blocked(view: AppView): boolean {
    return this.uncertain && this.linkWay(view) === 'asked'
  }

  goesToCalendar(view: AppView): boolean {
    return hasCalendar(view) && (this.inCalendar ?? (view.calendar?.on_by_default === true && !this.changes))
  }

  /** Of a form just opened: what is the same in both was not touched, and stays as it is known by then. */
  asOpened(view: AppView): ConsultationDraft {
    return this.asCommand(view, true)
  }

  asCommand(view: AppView, whole = false): ConsultationDraft {
    const way = this.linkWay(view)
    const link = {
      kept: this.had?.link ?? '',
      pasted: this.pasted.trim(),
      shown: this.preview,
      // An emptied link asks for another room; one that is left out keeps what is there.
      asked: '',
    }[way]
    const provider = this.#at(view)
    return {
      client: this.client.trim(),
      date: this.date,
      time: this.time,
      minutes: this.minutes,
      time_zone: this.zone,
      provider: this.provider,
      link: link || (way === 'asked' && this.changes ? '' : null),
      note: this.note.trim(),
      room: way === 'asked' && provider ? this.room.wishes(provider) : null,
      calendar:
        hasCalendar(view) && (whole || !this.changes || this.calendarTouched)
          ? { on: this.goesToCalendar(view), invited: this.invited.chosen }
          : null,
      client_side:
        hasClientSide(view) && (whole || !this.changes || this.clientSide.touched)
          ? this.clientSide.wishes(view.practice)
          : null,
      another_client: this.clientSide.another,
    }
  }

  /** Marks what cannot be sent because nothing readable stands in it. */
  complete(view: AppView): boolean {
    const way = this.linkWay(view)
    this.#forgive()
    if (!this.date) this.errors.date = t('date-unreadable')
    if (!this.time) this.errors.time = t('time-unreadable')
    if (way === 'pasted' && !this.pasted.trim()) this.errors.link = t('link-missing')
    if (this.goesToCalendar(view) && this.invited.typed.trim()) this.errors.invited = t('invited-unfinished')
    const room = way !== 'asked' || this.room.complete()
    const untouched = !hasClientSide(view) || (this.changes && !this.clientSide.touched)
    const client = untouched || this.clientSide.complete()
    return room && client && Object.keys(this.errors).length === 0
  }

  /** Sends through `send`; a refusal is put under its field and everything typed stays. */
  async send<T>(send: () => Promise<T>): Promise<T | null> {
    if (this.busy) return null
    this.busy = true
    this.#forgive()
    try {
      const sent = await send()
      this.uncertain = false
      return sent
    } catch (thrown) {
      this.refuse(CommandError.from(thrown))
      return null
    } finally {
      this.busy = false
    }
  }

  refuse(error: CommandError) {
    this.failure = error
    const shown = ['client', 'provider', 'date', 'time', 'minutes', 'note', 'link', 'calendar', 'invited']
    if (error.code === 'room_may_have_been_made') this.uncertain = true
    else if (this.room.refuse(error) || this.clientSide.refuse(error)) return
    else if (error.field && shown.includes(error.field)) this.errors[error.field] = told(error)
    else this.trouble = told(error)
  }

  #forgive() {
    this.errors = {}
    this.room.errors = {}
    this.clientSide.errors = {}
    this.trouble = ''
    this.failure = null
  }

  #at(view: AppView): ProviderView | undefined {
    return view.providers.find((provider) => provider.id === this.provider)
  }
}
