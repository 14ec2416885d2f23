import type { Visit } from './visit.svelte'

/**
 * Tells a visit when somebody looks at the page and when no longer. A page that is fetched, drawn ahead of time
 * or kept in a background tab is looked at by nobody.
 */
export function followLooks(visit: Visit) {
  const isSeen = () =>
    document.visibilityState === 'visible' && !(document as { prerendering?: boolean }).prerendering
  const look = () => (isSeen() ? visit.appear() : visit.vanish())

  document.addEventListener('visibilitychange', look)
  document.addEventListener('prerenderingchange', look)
  document.addEventListener('freeze', () => visit.vanish())
  document.addEventListener('resume', look)
  window.addEventListener('pageshow', look)
  window.addEventListener('pagehide', () => visit.leave())
  window.addEventListener('online', () => visit.wake())
  window.addEventListener('offline', () => visit.wake())
  look()
}
