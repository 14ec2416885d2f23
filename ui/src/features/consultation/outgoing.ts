import type { Channel } from '$generated/Channel'
import type { ConsultationView } from '$generated/ConsultationView'
import type { DeliveryState } from '$generated/DeliveryState'
import type { DeliveryView } from '$generated/DeliveryView'
import type { PracticeView } from '$generated/PracticeView'
import { toldOf, undelivered } from '$shared/client/standing'
import { sendsByItself } from '$shared/client/words'
import { isOver } from '$shared/moment'
import { MINUTE } from '$shared/time'
import { key } from '$shared/words/words.svelte'

/** Something that went out to the client, or will. */
export interface Line {
  /** `null` for what the event server has not told of yet. */
  id: string | null
  purpose: 'link' | 'reminder'
  channel: Channel
  state: DeliveryState
  message: DeliveryView['message']
  at: string
  /** It failed, and nothing has gone out instead since. */
  asks: boolean
}

/**
 * What went out, in that order, and the reminders that will. Messages stand in their thread; what was given up because
 * it was needed no more is no news.
 */
export function outgoing(consultation: ConsultationView, practice: PracticeView | null, now: number): Line[] {
  const told = toldOf(consultation)
  const failed = undelivered(consultation)
  const lines = told.map((one): Line => {
    const { id, channel, state, message, at } = one
    const purpose = one.purpose === 'reminder' ? 'reminder' : 'link'
    return { id, purpose, channel, state, message, at, asks: failed.includes(one) }
  })
  // What has happened stays as it is: a receipt that comes late makes no message newer than those after it.
  const due = ({ at }: Line) => Math.max(Date.parse(at), now)
  return [...lines, ...ahead(consultation, practice, now, told)].sort((one, other) => due(one) - due(other))
}

/** Reminders that were chosen and of which the event server has not told yet. */
function ahead(
  consultation: ConsultationView,
  practice: PracticeView | null,
  now: number,
  told: DeliveryView[],
): Line[] {
  const channel = consultation.contact?.channel
  if (!channel || isOver(consultation) || !sendsByItself(practice, channel)) return []
  const known = told.filter(({ purpose }) => purpose === 'reminder').map(({ at }) => Date.parse(at))
  return consultation.reminders
    .map((minutes) => Date.parse(consultation.starts_at) - minutes * MINUTE)
    .filter((at) => at > now && !known.some((one) => Math.abs(one - at) < MINUTE))
    .map((at) => ({
      id: null,
      purpose: 'reminder',
      channel,
      state: 'waiting',
      message: null,
      at: new Date(at).toISOString(),
      asks: false,
    }))
}

/** The ways that the link can take, the client's own first. */
export function ways({ contact }: ConsultationView, practice: PracticeView | null): Channel[] {
  const possible: Channel[] = contact ? [contact.channel] : []
  if (contact?.phone) possible.push('whatsapp')
  // A messenger whose chats cannot be opened from outside is only of use where the practice has it.
  if (contact?.phone && sendsByItself(practice, 'max')) possible.push('max')
  possible.push('telegram', 'email', 'clipboard')
  return [...new Set(possible)]
}

/** How far it got, in words that follow what it is. */
export const stateWord: Record<DeliveryState, string> = {
  waiting: key('delivery-waiting'),
  sending: key('delivery-sending'),
  sent: key('delivery-sent'),
  delivered: key('delivery-delivered'),
  read: key('delivery-read'),
  unsure: key('delivery-unsure'),
  failed: key('delivery-failed'),
  dropped: key('delivery-dropped'),
}
