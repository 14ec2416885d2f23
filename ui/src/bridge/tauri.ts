import { invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import type { AppView } from '$generated/AppView'
import { CommandError, type Bridge } from './bridge'

/** The built application: one command `call`, two events. */
export function tauriBridge(): Bridge {
  return {
    call: (name, args) =>
      invoke<never>('call', { name, args }).catch((thrown) => {
        throw CommandError.from(thrown)
      }),
    onState: (hear) => hearEvent<AppView>('state', hear),
    onOpen: (hear) => hearEvent<string>('open', hear),
  }
}

/** `listen` answers later; a stop asked for earlier still stops it. */
function hearEvent<T>(event: string, hear: (payload: T) => void): () => void {
  const listening = listen<T>(event, ({ payload }) => hear(payload))
  return () => void listening.then((stop) => stop())
}
