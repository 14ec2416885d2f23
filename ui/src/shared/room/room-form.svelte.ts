import { CommandError } from '$bridge'
import type { BroadcastView } from '$generated/BroadcastView'
import type { ProviderView } from '$generated/ProviderView'
import type { RoomView } from '$generated/RoomView'
import type { RoomWishes } from '$generated/RoomWishes'
import { People } from '../people/people.svelte'
import { t, told } from '../words/words.svelte'

export const LONGEST_TITLE = 1024
export const LONGEST_DESCRIPTION = 2048

/** As characters are counted by whoever sets the limit. */
export const lengthOf = (text: string) => [...text].length

const FIELDS = ['waiting_room', 'cohosts', 'summary', 'broadcast', 'title', 'description', 'viewers']

/** What a room is to be like, as typed. */
export class RoomForm {
  /** `null` until somebody chose: then it is the provider's first. */
  level = $state<string | null>(null)
  cohosts = new People(true)
  summary = $state(false)
  broadcast = $state(false)
  title = $state('')
  description = $state('')
  organisationOnly = $state(false)
  /** The rarer wishes are unfolded. */
  open = $state(false)
  errors = $state<Record<string, string>>({})

  static of(room: RoomView | RoomWishes | null): RoomForm {
    const form = new RoomForm()
    if (!room) return form
    form.level = room.waiting_room
    form.cohosts.putAddresses(room.cohosts)
    form.summary = room.summary
    form.#take(room.broadcast)
    return form
  }

  levelAt(provider: ProviderView): string | null {
    const chosen = provider.waiting_room.find((level) => level === this.level)
    return chosen ?? provider.waiting_room[0] ?? null
  }

  /** Nothing is wished of a provider that it does not offer. */
  wishes(provider: ProviderView): RoomWishes {
    return {
      waiting_room: this.levelAt(provider),
      cohosts: provider.cohosts ? this.cohosts.addresses : [],
      summary: provider.summary && this.summary,
      broadcast:
        provider.broadcasts && this.broadcast
          ? {
              title: this.title.trim(),
              description: this.description.trim(),
              organisation_only: this.organisationOnly,
            }
          : null,
    }
  }

  /** Marks what no service would take. */
  complete(): boolean {
    this.errors = {}
    this.cohosts.settle()
    const wrong = this.cohosts.wrong.length
    if (wrong > 0) this.errors.cohosts = t('cohosts-not-addresses', { count: wrong })
    if (this.broadcast) {
      this.#measure('title', this.title, LONGEST_TITLE)
      this.#measure('description', this.description, LONGEST_DESCRIPTION)
    }
    return this.#shown()
  }

  /** Takes a refusal of one of its fields; tells whether it was one. */
  refuse(error: CommandError): boolean {
    if (!error.field || !FIELDS.includes(error.field)) return false
    this.errors[error.field] = told(error)
    if (error.field === 'cohosts') this.cohosts.refused = addresses(error.facts.emails)
    this.#shown()
    return true
  }

  forgive(field: string) {
    delete this.errors[field]
  }

  #measure(field: string, text: string, longest: number) {
    const over = lengthOf(text.trim()) - longest
    if (over > 0) this.errors[field] = t('text-too-long', { over })
  }

  /** What is complained of is in sight. */
  #shown(): boolean {
    const wrong = Object.keys(this.errors)
    if (wrong.some((field) => field !== 'waiting_room')) this.open = true
    return wrong.length === 0
  }

  #take(broadcast: BroadcastView | RoomWishes['broadcast']) {
    this.broadcast = broadcast !== null
    this.title = broadcast?.title ?? ''
    this.description = broadcast?.description ?? ''
    this.organisationOnly = broadcast?.organisation_only ?? false
  }
}

function addresses(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,;]+/).filter((part) => part !== '')
}
