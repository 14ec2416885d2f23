import type { AppView } from '$generated/AppView'
import type { Commands } from '$generated/commands'
import type { ConsultationView } from '$generated/ConsultationView'
import { CommandError } from './bridge'

type Names =
  | 'admit'
  | 'answer_alert'
  | 'send_link'
  | 'invitation'
  | 'copy_room_link'
  | 'renew_link'
  | 'resend'
  | 'thread'
  | 'write_to_client'
  | 'known_client'
  | 'save_reach'
  | 'bind_telegram'
  | 'confirm_telegram'
  | 'unbind_telegram'
  | 'names_key'
  | 'enter_names_key'
type ClientHandlers = { [N in Names]: (args: Commands[N]['args']) => Commands[N]['reply'] }

interface Tools {
  view: () => AppView
  now: () => string
  find: (id: string) => ConsultationView
  edit: (id: string, change: Partial<ConsultationView>) => unknown
  push: (change: Partial<AppView>) => unknown
}

/** The client's side: everything is delivered, and everybody answers. */
export function clientHandlers({ find, edit }: Tools): ClientHandlers {
  const refuse = (): never => {
    throw new CommandError({ code: 'unknown_command' })
  }
  return {
    admit: ({ id }) => {
      edit(id, { door_open: true })
      return {}
    },
    answer_alert: () => ({}),
    send_link: ({ id, channel }) => ({
      channel: channel ?? find(id).contact?.channel ?? 'clipboard',
      how: 'copied',
    }),
    invitation: refuse,
    copy_room_link: () => ({}),
    renew_link: () => ({}),
    resend: () => ({}),
    thread: () => ({ items: [] }),
    write_to_client: () => ({}),
    known_client: () => ({ client_side: null }),
    save_reach: () => ({}),
    bind_telegram: () => ({}),
    confirm_telegram: () => ({}),
    unbind_telegram: () => ({}),
    names_key: refuse,
    enter_names_key: () => ({}),
  }
}
