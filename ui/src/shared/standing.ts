import type { ConnectionView } from '$generated/ConnectionView'
import type { Health } from '$generated/Health'
import { key } from './words/words.svelte'

/** Codes after which only the person can go on, by signing in. */
const SIGNED_OUT = ['sign_in_again', 'invalid_grant', 'calendar_sign_in_again']

/** The account's service does not know us any more. */
export function isSignedOut(connection: ConnectionView): boolean {
  return connection.health !== 'works' && SIGNED_OUT.includes(connection.message?.code ?? '')
}

/** All is well with the account, only rooms cannot be made with it: a way to be, and no fault. */
export function isRestricted(connection: ConnectionView): boolean {
  return connection.message?.code === 'account_restricted'
}

/** Something that a person should look at. */
export function isTroubled(connection: ConnectionView): boolean {
  return (connection.health === 'check' || connection.health === 'broken') && !isRestricted(connection)
}

/** Where an account is signed in to, what was typed before that is no connection yet. */
export function isConnected(connection?: ConnectionView): connection is ConnectionView {
  return connection?.connected ?? false
}

export type Tone = 'good' | 'live' | 'grey' | 'danger'

const healthWord: Record<Health, string> = {
  unknown: key('health-unknown'),
  works: key('health-works'),
  check: key('health-check'),
  broken: key('health-broken'),
}
const healthTone: Record<Health, Tone> = { unknown: 'grey', works: 'good', check: 'live', broken: 'danger' }

export function healthKey(health: Health): string {
  return healthWord[health]
}

/** How a connection stands, in a word or two and a colour. */
export function standing(connection: ConnectionView): { word: string; tone: Tone } {
  if (isRestricted(connection)) return { word: key('links-only'), tone: 'grey' }
  if (isSignedOut(connection)) return { word: key('health-sign-in'), tone: 'live' }
  return { word: healthWord[connection.health], tone: healthTone[connection.health] }
}
