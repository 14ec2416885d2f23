import type { AppView } from '$generated/AppView'
import type { ConsultationView } from '$generated/ConsultationView'
import { isHere } from './moment'
import { isolated, t } from './words/words.svelte'

/** Sentences for the clients who were not there in the first view and are in the second. */
export function arrivals(before: AppView, after: AppView): string[] {
  const wasHere = new Set(
    all(before)
      .filter(isHere)
      .map((item) => item.id),
  )
  return all(after)
    .filter((item) => isHere(item) && !wasHere.has(item.id))
    .map((item) =>
      item.client ? t('announce-arrival', { client: isolated(item.client) }) : t('announce-arrival-hidden'),
    )
}

function all(view: AppView): ConsultationView[] {
  const listed = view.groups.flatMap((group) => group.items)
  return view.hero ? [view.hero, ...listed] : listed
}
