import type { AppView } from '$generated/AppView'
import type { ConnectionView } from '$generated/ConnectionView'
import type { ProviderView } from '$generated/ProviderView'

/** Why a provider that makes rooms makes none for this person. */
export type Lacking = 'account' | 'right'

/** `null` when a room can be asked for, as far as is known. */
export function lacking(view: AppView, provider: ProviderView | undefined): Lacking | null {
  if (!provider?.makes_rooms || !provider.by_request) return null
  const connection = view.connections.find((one) => one.provider === provider.id)
  if (!connection) return 'account'
  if (!may(connection, 'rooms')) return 'right'
  return connection.connected ? null : 'account'
}

/** What is not known to be forbidden is allowed: the provider has the last word anyway. */
export function may(connection: ConnectionView | undefined, ability: string): boolean {
  return connection?.abilities.find((one) => one.key === ability)?.allowed ?? true
}
