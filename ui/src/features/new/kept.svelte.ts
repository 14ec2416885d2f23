import type { Draft } from './draft.svelte'

/** Unsent consultations, so that a look at another screen costs nothing. Gone with the window. */
const drafts = new Map<string, Draft>()

/** `of` is the consultation that is repeated or changed; none for one from scratch. */
export const kept = {
  take: (of = '') => drafts.get(of) ?? null,
  keep: (one: Draft, of = '') => void drafts.set(of, one),
  drop: (of = '') => void drafts.delete(of),
  /** Whether it is still this one that stands there: it may have been given up meanwhile. */
  has: (one: Draft, of = '') => drafts.get(of) === one,
}
