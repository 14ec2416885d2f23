import type { ConsultationView } from '$generated/ConsultationView'

/**
 * A consultation without what may name its client, for one that was asked for before names were hidden:
 * what the application leaves out then, and every link that was not made by a provider, since only the application can tell which others name nobody.
 * The fields of a conflict are veiled where they are shown.
 */
export function veiled(one: ConsultationView): ConsultationView {
  if (one.client === null) return one
  const veilsLink = one.link !== '' && !one.made
  const broadcast = one.made?.broadcast
  return {
    ...one,
    client: null,
    note: '',
    note_hidden: one.note !== '',
    link: veilsLink ? '' : one.link,
    link_hidden: veilsLink,
    room: veilsLink ? '' : one.room,
    presence: { ...one.presence, names: [] },
    steps: one.steps.map((step) => ({ ...step, name: null })),
    made: one.made && {
      ...one.made,
      broadcast: broadcast ? { ...broadcast, title: '', description: '' } : null,
    },
    contact: one.contact && { ...one.contact, phone: '', email: '' },
  }
}
