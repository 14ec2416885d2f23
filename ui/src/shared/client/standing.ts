import type { Channel } from '$generated/Channel'
import type { ConsultationView } from '$generated/ConsultationView'
import type { DeliveryView } from '$generated/DeliveryView'
import type { StepKind } from '$generated/StepKind'
import { isOver, isWaiting } from '../moment'
import { clock } from '../time'
import { t, words } from '../words/words.svelte'

/** The client waits on the page, and nobody has let them in yet. */
export function isAtTheDoor({ presence, door_open }: ConsultationView): boolean {
  return presence.place === 'on_page' && !door_open
}

/** "Admit" is the next thing to do: the specialist is in the room already. */
export function admitsNext(consultation: ConsultationView): boolean {
  return isAtTheDoor(consultation) && consultation.presence.specialist_inside
}

/** Till when the specialist has put it off, `null` once that has passed. */
export function putOffUntil({ answer, snoozed_until }: ConsultationView, now: number): string | null {
  const until = answer?.answer === 'late' ? answer.until : snoozed_until
  return until && Date.parse(until) > now ? until : null
}

/** Somebody waits whom the specialist can tell when they come. */
export function canAnswer(consultation: ConsultationView): boolean {
  return !isOver(consultation) && isWaiting(consultation) && !consultation.presence.specialist_inside
}

/** Whether the client is somewhere a word of the specialist's reaches them at once: on a page. */
export function canBeTold({ page_link }: ConsultationView): boolean {
  return page_link !== null
}

/** How the link gets to the client: by the specialist's own hand until another way was chosen. */
export function ownWay({ contact }: ConsultationView): Channel {
  return contact?.channel ?? 'clipboard'
}

/** What goes out by itself or by a press, without the messages of the thread and what was given up. */
export function toldOf({ deliveries }: ConsultationView): DeliveryView[] {
  return deliveries.filter(({ purpose, state }) => purpose !== 'message' && state !== 'dropped')
}

/** What only a client who has the link does. */
const BY_LINK: StepKind[] = ['opened_link', 'on_page']

const byLink = ({ steps }: ConsultationView) => steps.filter(({ kind }) => BY_LINK.includes(kind))

/** The client has the link: they have opened it. */
export function hasComeByLink(consultation: ConsultationView): boolean {
  return byLink(consultation).length > 0
}

/**
 * Those that failed, and neither has a link gone out since nor has the client come by one, handed over by whatever
 * hand: somebody has to choose another way.
 */
export function undelivered(consultation: ConsultationView): DeliveryView[] {
  const told = toldOf(consultation)
  const cameAt = byLink(consultation).map(({ at }) => Date.parse(at))
  return told.filter(
    ({ state, at }, index) =>
      state === 'failed' &&
      !cameAt.some((came) => came > Date.parse(at)) &&
      !told.slice(index + 1).some((later) => later.purpose === 'link' && later.state !== 'failed'),
  )
}

/** What was said to and fro about being late, a line each. */
export function saidLines(consultation: ConsultationView): string[] {
  if (isOver(consultation)) return []
  const { late, answer } = consultation
  const lines: string[] = []
  if (late) {
    lines.push(t('client-late', { minutes: late.minutes, time: clock(late.until, words.place) }))
  }
  if (answer && !consultation.presence.specialist_inside) {
    const replied = answer.client_can_wait
    const own = ownAnswer(answer, consultation.page_link !== null)
    const theirs =
      replied === null || answer.answer !== 'late'
        ? ''
        : replied
          ? t('answer-can-wait')
          : t('answer-cannot-wait')
    lines.push([own, theirs].filter(Boolean).join(' '))
  }
  return lines
}

/** A client without a page reads no answer, so nothing was said to them. */
function ownAnswer({ answer, until }: NonNullable<ConsultationView['answer']>, isRead: boolean): string {
  if (answer === 'cannot') return t('answer-cannot')
  if (answer === 'coming' || !until) return t('answer-coming')
  return t(isRead ? 'answer-late' : 'snoozed-until', { time: clock(until, words.place) })
}
