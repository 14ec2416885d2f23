import type { AppView } from '$generated/AppView'
import type { Channel } from '$generated/Channel'
import type { Commands } from '$generated/commands'
import type { ConsultationView } from '$generated/ConsultationView'
import type { DeliveryView } from '$generated/DeliveryView'
import type { ReachView } from '$generated/ReachView'
import type { StepKind } from '$generated/StepKind'
import type { ThreadItem } from '$generated/ThreadItem'
import { CommandError } from './bridge'
import { contact, PAGE, talk } from './sample-clients'
import { SAMPLE_NOW } from './sample-now'

type Names =
  | 'admit'
  | 'answer_alert'
  | 'send_link'
  | 'invitation'
  | 'copy_room_link'
  | 'renew_link'
  | 'resend'
  | 'thread'
  | 'read_thread'
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
  name: string
  view: () => AppView
  now: () => string
  find: (id: string) => ConsultationView
  edit: (id: string, change: Partial<ConsultationView>) => unknown
  push: (change: Partial<AppView>) => unknown
}

/** So long, in milliseconds, until a message is delivered, and until somebody answers. */
const DELIVERED = 1_500
const ANSWERED = 4_000

/** The client's side: what is sent arrives, who is asked answers, and whoever is told binds their chat. */
export function clientHandlers({ name, view, now, find, edit, push }: Tools): ClientHandlers {
  const threads = new Map<string, ThreadItem[]>()
  const cut = name === 'client_cut'
  const done = () => ({})
  const later = (milliseconds: number, then: () => void) => void setTimeout(then, milliseconds)
  const ahead = (minutes: number) => new Date(Date.parse(now()) + minutes * 60_000).toISOString()

  const refuse = (code: string) => {
    throw new CommandError({ code })
  }
  const isTroubled = () => cut && refuse('backend_unreachable')
  const stepped = (id: string, kind: StepKind, source: string, minutes: number | null = null) => [
    ...find(id).steps,
    { at: now(), kind, name: null, source, reason: null, minutes, missed: false },
  ]
  const thread = (id: string) => {
    const first =
      view().hero?.id === id ? talk((minutes) => new Date(SAMPLE_NOW + minutes * 60_000).toISOString()) : []
    const items = threads.get(id) ?? first
    threads.set(id, items)
    return items
  }
  const reach = (change: Partial<ReachView>) => {
    const known = view().reach
    if (known) push({ reach: { ...known, ...change } })
  }
  const keep = (id: string, delivery: DeliveryView) => {
    const others = find(id).deliveries.filter((one) => one.id !== delivery.id)
    edit(id, { deliveries: [...others, delivery] })
  }
  const hand = (id: string, channel: Channel, purpose: DeliveryView['purpose']) => {
    const delivery: DeliveryView = {
      id: crypto.randomUUID(),
      channel,
      purpose,
      state: 'sending',
      message: null,
      at: now(),
    }
    keep(id, delivery)
    later(DELIVERED, () => keep(id, { ...delivery, state: 'delivered', at: now() }))
    return delivery
  }

  return {
    admit: ({ id }) => {
      edit(id, { door_open: true, steps: stepped(id, 'admitted', 'desktop') })
      later(DELIVERED, () =>
        edit(id, {
          presence: { ...find(id).presence, place: 'room', since: now() },
          steps: stepped(id, 'went_in', 'page'),
        }),
      )
      return done()
    },
    answer_alert: ({ id, answer, minutes }) => {
      const kind = { coming: 'coming', late: 'specialist_late', cannot: 'cannot' } as const
      const said = { answer, until: minutes ? ahead(minutes) : null, client_can_wait: null }
      edit(id, { answer: said, steps: stepped(id, kind[answer], 'desktop', minutes) })
      if (answer === 'late') {
        later(ANSWERED, () =>
          edit(id, { answer: { ...said, client_can_wait: true }, steps: stepped(id, 'can_wait', 'page') }),
        )
      }
      return done()
    },
    send_link: ({ id, channel }) => {
      isTroubled()
      const way = channel ?? find(id).contact?.channel ?? 'clipboard'
      const itself = view().practice?.channels.includes(way)
      if (itself) hand(id, way, 'link')
      return {
        channel: way,
        how: itself ? 'handed' : way === 'clipboard' || way === 'max' ? 'copied' : 'opened',
      }
    },
    invitation: ({ id }) => ({
      subject: 'Консультация',
      text: `Ваша консультация: ${PAGE}`,
      link: find(id).page_link ?? find(id).link,
    }),
    copy_room_link: done,
    renew_link: ({ id }) => {
      edit(id, { page_link: `${PAGE.slice(0, -8)}${crypto.randomUUID().slice(0, 8)}` })
      return done()
    },
    resend: ({ id }) => {
      isTroubled()
      const all = [view().hero, ...view().groups.flatMap((group) => group.items)]
      const of = all.find((one) => one?.deliveries.some((each) => each.id === id))
      const delivery = of?.deliveries.find((one) => one.id === id)
      if (!of || !delivery) return done()
      const sent: DeliveryView = { ...delivery, state: 'sending', message: null, at: now() }
      const say = (state: DeliveryView['state']) => {
        const items = thread(of.id).map((one) => (one.id === id ? { ...one, state, message: null } : one))
        threads.set(of.id, items)
        keep(of.id, { ...sent, state })
      }
      say('sending')
      later(DELIVERED, () => say('delivered'))
      return done()
    },
    thread: ({ id }) => {
      isTroubled()
      return { items: thread(id) }
    },
    read_thread: ({ id }) => {
      if (find(id).unread > 0) edit(id, { unread: 0 })
      return done()
    },
    write_to_client: ({ id, text }) => {
      isTroubled()
      const channel = find(id).contact?.channel ?? 'whatsapp'
      const delivery = hand(id, channel, 'message')
      const base = { channel, message: null, what: 'text' }
      threads.set(id, [
        ...thread(id),
        { ...base, id: delivery.id, at: now(), from_client: false, text, state: 'sent' },
      ])
      later(ANSWERED, () => {
        threads.set(id, [
          ...thread(id),
          { ...base, id: crypto.randomUUID(), at: now(), from_client: true, text: 'Хорошо!', state: null },
        ])
        edit(id, { unread: find(id).unread + 1, steps: stepped(id, 'message', 'whatsapp') })
      })
      return done()
    },
    known_client: ({ client }) => ({
      client_side: client.startsWith('Мария')
        ? { contact: contact(), reminders: [1440, 60], door: 'when_admitted' }
        : null,
    }),
    save_reach: (draft) => {
      reach(draft)
      return done()
    },
    bind_telegram: () => {
      if (view().reach?.telegram === 'blocked') {
        later(ANSWERED, () => reach({ telegram: 'bound' }))
        return done()
      }
      if (view().reach?.telegram === 'bound') {
        later(ANSWERED, () => reach({ telegram_next_name: 'Елена, новый телефон' }))
        return done()
      }
      reach({ binding_until: ahead(15) })
      later(ANSWERED, () =>
        reach({ telegram: 'unconfirmed', telegram_name: 'Елена С.', binding_until: null }),
      )
      return done()
    },
    confirm_telegram: ({ on }) => {
      const next = view().reach?.telegram_next_name
      if (typeof next === 'string') {
        reach({ telegram_next_name: null, ...(on ? { telegram: 'bound', telegram_name: next } : {}) })
      } else {
        reach(on ? { telegram: 'bound' } : { telegram: 'unbound', telegram_name: '' })
      }
      return done()
    },
    unbind_telegram: () => {
      reach({ telegram: 'unbound', telegram_name: '', telegram_next_name: null })
      return done()
    },
    names_key: () => ({ text: 'kabinet-key-7QX2-M9TR-4KDA-PV6N-WH3C-8BZE' }),
    enter_names_key: ({ text }) => {
      if (text.length < 16) throw new CommandError({ code: 'names_key_unreadable', field: 'text' })
      const practice = view().practice
      if (practice) push({ practice: { ...practice, names_key_kept: true } })
      return done()
    },
  }
}
