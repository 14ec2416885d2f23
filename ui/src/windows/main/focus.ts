import { tick } from 'svelte'
import type { Route } from '$shared/router.svelte'

let last: Route | null = null

/** A new screen begins at its heading; coming back to a list, the focus returns to the row that was opened. */
export function focusOnArrival(route: Route) {
  const before = last
  last = route
  if (!before) return
  void tick().then(() => {
    const row =
      'id' in before && (route.screen === 'today' || route.screen === 'search')
        ? document.getElementById(`row-${before.id}`)
        : null
    const inside = document.activeElement?.closest('main')
    if (row) row.focus({ preventScroll: false })
    else if (!inside) document.getElementById('screen-title')?.focus()
  })
}
