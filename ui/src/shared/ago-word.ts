import { ago, minutesBetween } from './time'
import { t, words } from './words/words.svelte'

/** How long ago something was, for the end of a phrase. */
export function agoWord(at: string, now: number): string {
  return minutesBetween(at, now) < 1 ? t('just-now') : ago(at, now, words.place)
}
