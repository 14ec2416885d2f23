import type { AppView } from '$generated/AppView'
import type { ConsultationView } from '$generated/ConsultationView'
import type { Commands } from '$generated/commands'
import type { RoomComparison } from '$generated/RoomComparison'
import type { RoomView } from '$generated/RoomView'
import type { RoomWishes } from '$generated/RoomWishes'
import { CommandError } from './bridge'
import { colleagues, entry, NOBODY } from './sample-rooms'

type Names =
  'compare_room' | 'change_room' | 'take_room' | 'decide_conflict' | 'colleagues' | 'copy_watch_link'
type RoomHandlers = { [N in Names]: (args: Commands[N]['args']) => Commands[N]['reply'] }

interface Tools {
  /** Which of the days it is. */
  name: string
  view: () => AppView
  find: (id: string) => ConsultationView
  edit: (id: string, change: Partial<ConsultationView>) => unknown
}

/** The service's side of made rooms, and the calendar's: at first it agrees with everything, but for some. */
export function madeRooms({ name, view, find, edit }: Tools) {
  /** What the service says, where that is not what is said here. */
  const there = new Map<string, RoomView>()
  /** Rooms whose first comparison finds what somebody changed at the service. */
  const compared = new Set<string>()
  let lost = name === 'lost'

  const made = (id: string): RoomView => {
    const { made } = find(id)
    if (!made) throw new CommandError({ code: 'room_not_offered' })
    if (name === 'gone') throw new CommandError({ code: 'room_gone' })
    return made
  }
  const comparison = (id: string): RoomComparison => {
    const ours = made(id)
    if (!compared.has(id) && ours.cohosts.length > 1) there.set(id, changedThere(ours))
    compared.add(id)
    const theirs = there.get(id) ?? ours
    return { ours, theirs, differs: differing(ours, theirs) }
  }

  const handlers: RoomHandlers = {
    copy_watch_link: () => ({}),
    compare_room: ({ id }) => comparison(id),
    change_room: ({ id, wishes }) => {
      const before = made(id)
      know(wishes)
      there.delete(id)
      compared.add(id)
      edit(id, { made: like(wishes, before) })
      return comparison(id)
    },
    take_room: ({ id, side }) => {
      const theirs = there.get(id)
      if (side === 'theirs' && theirs) edit(id, { made: theirs })
      there.delete(id)
      return comparison(id)
    },
    decide_conflict: ({ id, side }) => {
      const reason = find(id).calendar?.conflict?.reason
      const cancelled = reason === (side === 'ours' ? 'cancelled_here' : 'deleted_there')
      edit(id, {
        ...(reason === 'both_changed' ? {} : { status: cancelled ? 'cancelled' : 'planned' }),
        calendar: cancelled ? entry({ on: false, state: 'off' }) : entry(),
      })
      return {}
    },
    colleagues: ({ text }) => {
      const typed = text.trim().toLocaleLowerCase()
      return {
        items: colleagues.filter(({ name: called, email }) =>
          `${called} ${email}`.toLocaleLowerCase().includes(typed),
        ),
      }
    },
  }

  return {
    handlers,
    /** The room of a new consultation, where its provider makes one when asked. */
    asked(provider: string, wishes: RoomWishes | null): Partial<ConsultationView> {
      const info = view().providers.find((one) => one.id === provider)
      if (!info?.by_request || !wishes) return {}
      know(wishes)
      if (name === 'refused') throw new CommandError({ code: 'account_restricted', field: 'provider' })
      if (lost) {
        lost = false
        throw new CommandError({ code: 'room_may_have_been_made' })
      }
      const link = 'https://rooms.example.com/j/61733920485110'
      return { link, room: '61733920485110', made: like(wishes, null) }
    },
  }
}

/** A room as wished. */
function like({ broadcast, ...rest }: RoomWishes, before: RoomView | null): RoomView {
  const watch_link = before?.broadcast?.watch_link ?? 'https://rooms.example.com/live/0f9e8d7c6b5a'
  return { ...rest, broadcast: broadcast && { ...broadcast, watch_link } }
}

function know({ cohosts }: RoomWishes) {
  const emails = cohosts.filter((email) => email === NOBODY).join(', ')
  if (emails) throw new CommandError({ code: 'unknown_cohosts', field: 'cohosts', facts: { emails } })
}

function changedThere(room: RoomView): RoomView {
  return {
    ...room,
    waiting_room: 'nobody',
    cohosts: room.cohosts.slice(0, 1),
    broadcast: room.broadcast && { ...room.broadcast, description: '' },
  }
}

function differing(ours: RoomView, theirs: RoomView): string[] {
  const fields: Record<string, (room: RoomView) => unknown> = {
    waiting_room: (room) => room.waiting_room,
    cohosts: (room) => room.cohosts.join(),
    summary: (room) => room.summary,
    title: (room) => room.broadcast?.title,
    description: (room) => room.broadcast?.description,
    viewers: (room) => room.broadcast?.organisation_only,
    watch_link: (room) => room.broadcast?.watch_link,
  }
  return Object.keys(fields).filter((field) => fields[field]?.(ours) !== fields[field]?.(theirs))
}
