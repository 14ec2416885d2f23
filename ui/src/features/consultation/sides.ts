import type { ConflictField } from '$generated/ConflictField'
import type { RoomComparison } from '$generated/RoomComparison'
import type { RoomView } from '$generated/RoomView'
import { levelWord, summaryWord, viewersWord } from '$shared/room/words'
import { key, t } from '$shared/words/words.svelte'

/** One field as it is said here and there. */
export interface Side {
  name: string
  ours: string
  theirs: string
}

/** They may hold the client's name. */
const NAMING = ['title', 'location', 'description']

const rooms: Record<string, { name: string; said: (room: RoomView) => string }> = {
  waiting_room: { name: key('waiting-room'), said: (room) => levelWord(room.waiting_room) },
  cohosts: { name: key('cohosts'), said: (room) => room.cohosts.join('\n') },
  summary: { name: key('summary'), said: (room) => summaryWord(room.summary) },
  title: { name: key('broadcast-title'), said: ({ broadcast }) => broadcast?.title ?? '' },
  description: { name: key('broadcast-description'), said: ({ broadcast }) => broadcast?.description ?? '' },
  viewers: {
    name: key('viewers'),
    said: ({ broadcast }) => (broadcast ? viewersWord(broadcast.organisation_only) : ''),
  },
  watch_link: { name: key('viewers-link'), said: ({ broadcast }) => broadcast?.watch_link ?? '' },
}

/** What a room is like here and at its provider, where that differs. The provider's own link is told of, not shown. */
export function roomSides({ ours, theirs, differs }: RoomComparison, link: string, hidden: boolean): Side[] {
  return differs.map((field) => {
    const veil = hidden && NAMING.includes(field) ? t('note-hidden') : null
    if (field === 'link') return { name: t('room-link'), ours: link, theirs: t('room-link-other') }
    const known = rooms[field]
    return known
      ? { name: t(known.name), ours: veil ?? known.said(ours), theirs: veil ?? known.said(theirs) }
      : { name: field, ours: '', theirs: '' }
  })
}

const entries: Record<string, string> = {
  title: key('entry-title'),
  time: key('entry-time'),
  location: key('entry-location'),
  description: key('entry-description'),
  reminder: key('entry-reminder'),
}

/** A span of time is not broken at its dash. */
const whole = (text: string) => text.replaceAll('–', '\u2060–\u2060')

export function entrySides(fields: ConflictField[], hidden: boolean): Side[] {
  return fields.map(({ field, ours, theirs }) => {
    const known = entries[field]
    const veiled = hidden && NAMING.includes(field)
    const [here, there] = veiled ? [t('note-hidden'), t('note-hidden')] : [whole(ours), whole(theirs)]
    return { name: known ? t(known) : field, ours: here, theirs: there }
  })
}
