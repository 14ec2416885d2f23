import type { Health } from '$generated/Health'
import { key } from '$shared/words/words.svelte'

export const healthWord: Record<Health, string> = {
  unknown: key('health-unknown'),
  works: key('health-works'),
  check: key('health-check'),
  broken: key('health-broken'),
}

export const healthTone = { unknown: 'grey', works: 'good', check: 'live', broken: 'danger' } as const
