import type { ConnectionView } from '$generated/ConnectionView'
import type { FieldView } from '$generated/FieldView'
import type { Message } from '$generated/Message'
import type { ProviderView } from '$generated/ProviderView'
import { key, t, words } from '$shared/words/words.svelte'

/** Fields of a provider with accounts, by what they are for. What the operator gives is left out: nobody need type it. */
export interface Parts {
  /** Where the account lives; asked for openly. */
  places: FieldView[]
  /** An application of one's own at the service. */
  application: FieldView[]
  /** What makes signing in unnecessary. */
  instead: FieldView[]
}

export function parts({ fields, sign_in }: ProviderView): Parts {
  const open = fields.filter((field) => !field.given)
  const needed = open.filter((field) => sign_in?.fields.includes(field.key))
  return {
    places: needed.filter((field) => field.kind === 'address'),
    application: needed.filter((field) => field.kind !== 'address'),
    instead: open.filter((field) => sign_in?.instead.includes(field.key)),
  }
}

/** Nobody has said yet which application signs in, so that it has to be asked. A secret may do without. */
export function lacksApplication({ application }: Parts, connection?: ConnectionView): boolean {
  return application.some((field) => field.kind !== 'secret' && !connection?.values[field.key])
}

/** Signing in needs nothing more to be typed. */
export function canSignIn(groups: Parts, connection: ConnectionView): boolean {
  return !lacksApplication(groups, connection) && groups.places.every(({ key }) => connection.values[key])
}

/** Why signing in failed, where the application is what has to be looked at. */
const APPLICATION = [
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'calendar_unknown_application',
]

export function blamesApplication(message: Message | null | undefined): boolean {
  return APPLICATION.includes(message?.code ?? '')
}

/** A code in pieces that the eye can hold. A code that comes with a dash or a space has its pieces already. */
export function pieces(code: string): string[] {
  if (/[\s-]/.test(code)) return code.split(/(?<=-)|\s+/)
  if (code.length <= 5) return [code]
  const size = code.length % 4 === 0 || code.length % 3 !== 0 ? 4 : 3
  return code.match(new RegExp(`.{1,${size}}`, 'gsu')) ?? [code]
}

/** An address as people say it. */
export function spoken(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/$/, '')
}

const abilities: Record<string, string> = {
  rooms: key('ability-rooms'),
  broadcasts: key('ability-broadcasts'),
  calendar: key('ability-calendar'),
  colleagues: key('ability-colleagues'),
}

/** An open list: one that this window has no word for is left out. */
export function abilityWord(ability: string): string | undefined {
  return abilities[ability]
}

/** Words of one field; a provider newer than this window's words shows its own key. */
export function fieldLabel(provider: string, field: string): string {
  const id = `field-${provider}-${field}`
  return words.has(id) ? t(id) : field
}

export function fieldHint(provider: string, field: string): string | undefined {
  const id = `field-${provider}-${field}-hint`
  return words.has(id) ? t(id) : undefined
}

/** `token, webhook address`, for the middle of a phrase. */
export function inPhrase(labels: string[]): string {
  return labels.map((label) => label.charAt(0).toLocaleLowerCase(words.locale) + label.slice(1)).join(', ')
}
