import type { Bridge } from './bridge'

export { CommandError } from './bridge'
export type { Args, Bridge, CommandName, Reply } from './bridge'

/** Inside the shell, beside `kabinet-headless`, or with sample data (`?memory`). */
export async function openBridge(place: Window = window): Promise<Bridge> {
  if ('__TAURI_INTERNALS__' in place) return (await import('./tauri')).tauriBridge()
  const query = new URLSearchParams(place.location.search)
  if (query.has('memory')) return (await import('./memory')).memoryBridge(query)
  return (await import('./http')).httpBridge()
}
