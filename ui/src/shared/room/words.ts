import type { RoomView } from '$generated/RoomView'
import type { RoomWishes } from '$generated/RoomWishes'
import { key, t, words } from '../words/words.svelte'

const levels: Record<string, { name: string; hint: string }> = {
  everyone: { name: key('waiting-room-everyone'), hint: key('waiting-room-everyone-hint') },
  outsiders: { name: key('waiting-room-outsiders'), hint: key('waiting-room-outsiders-hint') },
  nobody: { name: key('waiting-room-nobody'), hint: key('waiting-room-nobody-hint') },
}

/** Who waits to be let in. A level newer than this window's words is called as it came. */
export function levelWord(level: string | null): string {
  if (level === null) return t('waiting-room-unknown')
  const known = levels[level]
  return known ? t(known.name) : level
}

export function levelHint(level: string | null): string {
  const known = level === null ? undefined : levels[level]
  return known ? t(known.hint) : ''
}

export function viewersWord(organisationOnly: boolean): string {
  return organisationOnly ? t('viewers-organisation') : t('viewers-everyone')
}

export function summaryWord(on: boolean): string {
  return on ? t('summary-on') : t('summary-off')
}

interface Offers {
  broadcasts: boolean
  cohosts: boolean
  summary: boolean
}

/** In one line, what beside the waiting room a room is wished to have; where that is nothing, what it goes without. */
export function inShort(wishes: RoomWishes | RoomView, offers: Offers): string {
  const set = [
    wishes.broadcast && t('broadcast'),
    wishes.cohosts.length > 0 && t('room-more-cohosts', { count: wishes.cohosts.length }),
    wishes.summary && t('summary'),
  ].filter((part) => part !== null && part !== false)
  const without = [
    offers.broadcasts && t('without-broadcast'),
    offers.cohosts && t('without-cohosts'),
    offers.summary && t('without-summary'),
  ].filter((part) => part !== false)
  const [said, between] = set.length > 0 ? [set, ' · '] : [without, ', ']
  const line = said.join(between)
  return line.charAt(0).toLocaleUpperCase(words.locale) + line.slice(1)
}
