import { randomUUID } from 'node:crypto'
import type { Host } from './host.ts'

/** Someone in a room, under the addresses that Prosody gives. */
export interface Person {
  jid: string
  resource: string
}

/** Host and client look alike on the wire: both are guests. */
export function guest(): Person {
  const id = randomUUID()
  return { jid: `${id}@guest.meet.jitsi/${id.slice(-12)}`, resource: id.slice(0, 8) }
}

export const FOCUS: Person = { jid: 'focus@auth.meet.jitsi/focus', resource: 'focus' }
export const RECORDER: Person = { jid: 'recorder@hidden.meet.jitsi/yB2dSYOkzRzr', resource: '4f1c09aa' }

/** The requests of `mod_muc_webhook`, as captured in `tests/fixtures/prosody`. */
export class Room {
  readonly #host: Host
  readonly name: string
  readonly #address: string

  constructor(host: Host, { room }: { room: string }, address = host.backend) {
    this.#host = host
    this.name = room
    this.#address = address
  }

  async opens() {
    await this.#send({ event: 'room_created' })
    await this.joins(FOCUS, true)
  }

  joins(person: Person, isHost = false) {
    return this.#send({ event: 'participant_joined', ...this.#told(person), isHost })
  }

  leaves(person: Person) {
    return this.#send({ event: 'participant_left', ...this.#told(person) })
  }

  async closes() {
    await this.leaves(FOCUS)
    await this.#send({ event: 'room_destroyed' })
  }

  #told({ jid, resource }: Person) {
    return { participantName: `${this.name}@muc.meet.jitsi/${resource}`, participantId: jid }
  }

  /** Whole seconds, as the module writes them. */
  async #send(body: object) {
    const createdAt = new Date(await this.#host.now()).toISOString().replace(/\.\d+Z$/, 'Z')
    const answer = await fetch(`${this.#address}/api/webhook/jitsi`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Prosody XMPP Server' },
      body: JSON.stringify({ ...body, roomName: this.name, createdAt }),
    })
    if (!answer.ok) throw new Error(`the report was refused with ${answer.status}: ${await answer.text()}`)
  }
}

interface Occupant extends Person {
  stay: string
  name: string | null
}

/** Reports of our own module: they carry names, lobbies, and lines lost and regained. */
export class ReportedRoom {
  readonly #host: Host
  readonly name: string
  readonly #login: boolean
  readonly #boot = randomUUID()
  #sequence = 0

  /** `login`: the server asks hosts to sign in, so a grant of ownership tells who the specialist is. */
  constructor(host: Host, { room }: { room: string }, { login }: { login: boolean } = { login: false }) {
    this.#host = host
    this.name = room
    this.#login = login
  }

  someone(name: string | null): Occupant {
    return { ...guest(), stay: randomUUID(), name }
  }

  joins(occupant: Occupant, place: 'room' | 'lobby' = 'room') {
    return this.#say('occupant_joined', occupant, { place })
  }

  leaves(occupant: Occupant) {
    return this.#say('occupant_left', occupant, { reason: 'hung_up' })
  }

  /** Out of the lobby into the room: another stay of the same connection, seen in the room first. */
  async admits(waiting: Occupant): Promise<Occupant> {
    const inside = { ...waiting, stay: randomUUID() }
    await this.#say('admitted', inside)
    await this.joins(inside)
    await this.#say('occupant_left', waiting, { place: 'lobby', reason: 'moved' })
    return inside
  }

  loses(occupant: Occupant) {
    return this.#say('line_lost', occupant)
  }

  regains(occupant: Occupant) {
    return this.#say('line_back', occupant)
  }

  renames(occupant: Occupant) {
    return this.#say('name_changed', occupant)
  }

  /** The focus makes the specialist owner: the proof of who is who. */
  grants(occupant: Occupant) {
    return this.#say('affiliation_changed', occupant, { affiliation: 'owner', previous: 'none', by: 'focus' })
  }

  async #say(type: string, { jid, resource, stay, name }: Occupant, more: object = {}) {
    const at = await this.#host.now()
    const occupant = {
      ...{ stay, jid, resource, name, role: 'participant', affiliation: 'none', kind: 'person' },
      ...{ account: false, token: null, joined_at: at, line: type === 'line_lost' ? 'lost' : 'up' },
    }
    const event = {
      ...{ id: randomUUID(), seq: ++this.#sequence, at, type, place: 'room', room: this.name },
      ...{ meeting: null, breakout: null, occupant, ...more },
    }
    const server = { host: 'muc.meet.jitsi', prosody: '0.12.3', module: '0.1.0', login: this.#login }
    const batch = { v: 1, boot: this.#boot, server, queued: 0, dropped: 0, events: [event] }
    const answer = await fetch(`${this.#host.backend}/api/webhook/kabinet`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': `msg_${randomUUID()}`,
        'webhook-timestamp': String(Math.floor(at / 1000)),
      },
      body: JSON.stringify(batch),
    })
    if (!answer.ok) throw new Error(`the report was refused with ${answer.status}: ${await answer.text()}`)
  }
}
