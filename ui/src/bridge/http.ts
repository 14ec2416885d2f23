import type { AppView } from '$generated/AppView'
import { CommandError, type Bridge } from './bridge'

/** The application without a window (`kabinet-headless`), for browser tests and development. */
export function httpBridge(base = ''): Bridge {
  return {
    async call(name, args) {
      try {
        const answer = await fetch(`${base}/command/${name}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(args),
        })
        const body = await answer.json()
        if (!answer.ok) throw new CommandError(body)
        return body
      } catch (thrown) {
        throw CommandError.from(thrown)
      }
    },
    onState(hear) {
      const stream = new EventSource(`${base}/state/stream`)
      stream.addEventListener('state', (event) => hear(JSON.parse(event.data) as AppView))
      return () => stream.close()
    },
    onOpen: () => () => {},
  }
}
