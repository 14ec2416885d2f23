import type { PresencePlace } from '$generated/PresencePlace'
import type { Step } from '$generated/Step'
import type { StepKind } from '$generated/StepKind'
import { key } from './words/words.svelte'

const stepWord: Record<StepKind, string> = {
  opened_link: key('step-opened-link'),
  on_page: key('step-on-page'),
  lobby: key('step-lobby'),
  late: key('step-late'),
  joined: key('step-joined'),
  joined_again: key('step-joined-again'),
  named: key('step-named'),
  line_lost: key('step-line-lost'),
  line_back: key('step-line-back'),
  line_unstable: key('step-line-unstable'),
  left: key('step-left'),
  session_started: key('step-session-started'),
  session_ended: key('step-session-ended'),
  went_in: key('step-went-in'),
  admitted: key('step-admitted'),
  can_wait: key('step-can-wait'),
  cannot_wait: key('step-cannot-wait'),
  coming: key('step-coming'),
  specialist_late: key('step-specialist-late'),
  cannot: key('step-cannot'),
  escalated: key('step-escalated'),
  message: key('step-message'),
}

/** What a step was. Who closes the page, or is lost there, was in no room. */
export function wordOf({ kind, source, reason }: Pick<Step, 'kind' | 'source' | 'reason'>): string {
  const fromPage = kind === 'left' && source === 'page' && (reason === 'closed' || reason === 'lost')
  return fromPage ? key('step-left-page') : stepWord[kind]
}

export const placeWord: Record<PresencePlace, string | null> = {
  nowhere: null,
  opened_link: key('place-opened-link'),
  on_page: key('place-on-page'),
  lobby: key('place-lobby'),
  room: key('place-room'),
  line_lost: key('place-line-lost'),
  left: key('place-left'),
}

const reasons: Record<string, string> = {
  hung_up: key('reason-hung-up'),
  lost: key('reason-lost'),
  kicked: key('reason-kicked'),
  ended: key('reason-ended'),
  closed: key('reason-closed'),
}

/** Reasons and sources are open lists: one this window has no word for is left out or shown as it came. */
export function reasonWord(reason: string): string | undefined {
  return reasons[reason]
}

const sources: Record<string, string> = {
  page: key('source-page'),
  desktop: key('source-desktop'),
  whatsapp: key('channel-whatsapp'),
  max: key('channel-max'),
  telegram: key('channel-telegram'),
  kabinet: key('source-backend'),
}

export function sourceWord(source: string): string | undefined {
  return sources[source]
}
