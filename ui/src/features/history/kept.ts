import type { Find } from './find.svelte'

/** What was looked for last and where one was in it, so that coming back from a consultation is coming back. Gone with the window. */
export const kept: { find: Find | null; scrolled: number; active: number | null; hidden: boolean } = {
  find: null,
  scrolled: 0,
  active: null,
  hidden: false,
}
