import { SvelteSet } from 'svelte/reactivity'
import type { AppState } from './app-state.svelte'

const joining = new SvelteSet<string>()

export const isJoining = (id: string) => joining.has(id)

/** Opens the room of this consultation, once for all presses until the browser has opened. */
export async function join(app: AppState, id: string) {
  if (joining.has(id)) return
  joining.add(id)
  await app.attempt('join', { id })
  joining.delete(id)
}
