import type { Visit } from './visit.svelte'

/**
 * Tells a visit when somebody looks at the page and when no longer. A page that is fetched, drawn ahead of time
 * or kept in a background tab is looked at by nobody.
 */
export function followLooks(visit: Visit): () => void {
  const controller = new AbortController()
  const { signal } = controller
  const isSeen = () =>
    document.visibilityState === 'visible' && !(document as { prerendering?: boolean }).prerendering
  const look = () => (isSeen() ? visit.appear() : visit.vanish())

  document.addEventListener('visibilitychange', look, { signal })
  document.addEventListener('prerenderingchange', look, { signal })
  document.addEventListener('freeze', () => visit.vanish(), { signal })
  document.addEventListener('resume', look, { signal })
  window.addEventListener('pageshow', look, { signal })
  window.addEventListener('pagehide', () => visit.leave(), { signal })
  window.addEventListener('online', () => visit.wake(), { signal })
  window.addEventListener('offline', () => visit.wake(), { signal })
  look()
  return () => {
    controller.abort()
    visit.vanish()
  }
}
