import { tick, untrack } from 'svelte'

type Place = () => HTMLElement | null | undefined

/** Where a screen begins. */
export const heading: Place = () => document.getElementById('screen-title')

/** What had the focus may go with the change that is being made: then the focus goes on, unless it is elsewhere on the page by then. */
export function focusOn(to: Place) {
  void tick().then(() => {
    const active = document.activeElement
    if (!active || active === document.body) to()?.focus()
  })
}

/** The same for what has the focus in a place, at each change of what stands there. */
export function keepFocus(place: Place, change: () => unknown, to: Place = heading) {
  $effect.pre(() => {
    change()
    if (untrack(place)?.contains(document.activeElement)) focusOn(to)
  })
}
