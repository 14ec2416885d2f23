import type { Draft } from './draft.svelte'

/** The unsent new consultation, so that a look at another screen costs nothing. Gone with the window. */
let draft: Draft | null = null

export const kept = {
  take: () => draft,
  keep: (one: Draft) => {
    draft = one
  },
  drop: () => {
    draft = null
  },
}
