import type { AppView } from '$generated/AppView'
import type { ConsultationView } from '$generated/ConsultationView'
import type { ContactView } from '$generated/ContactView'
import type { DeliveryView } from '$generated/DeliveryView'
import type { PracticeView } from '$generated/PracticeView'
import type { ReachView } from '$generated/ReachView'
import type { Step } from '$generated/Step'
import type { StepKind } from '$generated/StepKind'
import type { ThreadItem } from '$generated/ThreadItem'

// Days on which clients have pages, get messages and write. Everybody here is invented.

interface Tools {
  at: (minutes: number) => string
  consultation: (
    client: string,
    start: number,
    minutes: number,
    more?: Partial<ConsultationView>,
  ) => ConsultationView
  presence: (
    place: ConsultationView['presence']['place'],
    since?: number | null,
    more?: Partial<ConsultationView['presence']>,
  ) => ConsultationView['presence']
  step: (minute: number, kind: StepKind, more?: Partial<Step>) => Step
  day: (hero: ConsultationView | null, change?: Partial<AppView>) => AppView
  hidden: (view: AppView) => AppView
  long: string
}

export const practice: PracticeView = {
  name: 'Практика «Равновесие»',
  pages: true,
  channels: ['whatsapp', 'max'],
  telegram_bot: 'ravnovesie_kabinet_bot',
  names_stay_here: false,
  names_key_kept: false,
}

export const reach = (more: Partial<ReachView> = {}): ReachView => ({
  telegram: 'bound',
  telegram_name: 'Елена С.',
  telegram_next_name: null,
  after_seconds: 60,
  quiet_from: '22:00',
  quiet_to: '08:00',
  quiet_even_clients: false,
  binding_until: null,
  ...more,
})

export const contact = (more: Partial<ContactView> = {}): ContactView => ({
  channel: 'whatsapp',
  phone: '79001234567',
  email: '',
  language: 'ru',
  ...more,
})

export const PAGE = 'https://priem.example.org/w/9tQ4mZr7Kx2VbN6cLp0HsYwE3uJfAi8D'

/** What was written, by the number at the end of a consultation's id. */
export function talk(at: (minutes: number) => string): ThreadItem[] {
  const item = (id: string, minutes: number, text: string, more: Partial<ThreadItem> = {}): ThreadItem => ({
    id,
    at: at(minutes),
    from_client: true,
    text,
    what: 'text',
    channel: 'whatsapp',
    state: null,
    message: null,
    ...more,
  })
  const ours = (state: ThreadItem['state'], more: Partial<ThreadItem> = {}) => ({
    from_client: false,
    state,
    ...more,
  })
  return [
    item('m1', -26 * 60, 'Добрый день! Завтра в силе?'),
    item('m2', -26 * 60 + 4, 'Здравствуйте, Мария! Да, в 14:00, ссылка у вас.', ours('read')),
    item('m3', -95, 'Хорошо. Заполнила дневник за неделю, посмотрите, пожалуйста?\nТам есть пара вопросов.'),
    item('m4', -94, '', { what: 'document' }),
    item('m5', -60, 'Спасибо, прочту перед встречей.', ours('delivered')),
    item('d9', -30, 'Если что, я на связи.', {
      ...ours('failed'),
      message: { code: 'delivery_quota', facts: {} },
    }),
    item('m6', -5, 'Уже почти дома, открываю страницу', {}),
    item('m7', -3, '', { what: 'audio' }),
  ]
}

export function clientDays({ at, consultation, presence, step, day, hidden, long }: Tools) {
  const delivery = (id: string, minutes: number, more: Partial<DeliveryView> = {}): DeliveryView => ({
    id,
    channel: 'whatsapp',
    purpose: 'link',
    state: 'sent',
    message: null,
    at: at(minutes),
    ...more,
  })
  const withPage = (client: string, start: number, more: Partial<ConsultationView> = {}) =>
    consultation(client, start, 50, {
      page_link: PAGE,
      contact: contact(),
      reminders: [1440, 60],
      can_message: true,
      ...more,
    })
  const page = { source: 'page' }
  const arrived = [
    step(-5, 'message', { source: 'whatsapp' }),
    step(-4, 'opened_link', page),
    step(-3, 'on_page', page),
  ]
  const went = [
    delivery('d1', -1500, { state: 'read' }),
    delivery('d2', -1440, { purpose: 'reminder', state: 'read' }),
    delivery('d3', -60, { purpose: 'reminder', state: 'delivered' }),
    delivery('d9', -30, {
      purpose: 'message',
      state: 'failed',
      message: { code: 'delivery_quota', facts: {} },
    }),
  ]
  const atTheDoor = (more: Partial<ConsultationView> = {}) =>
    withPage('Мария К.', 0, {
      status: 'running',
      door: 'when_admitted',
      presence: presence('on_page', -3),
      steps: arrived,
      deliveries: went,
      unread: 2,
      ...more,
    })

  /** One of each on the list: late, failed, planned, by mail, by hand, unread. */
  const list = (): AppView['groups'] => [
    {
      kind: 'later_today',
      day: '2026-11-23',
      items: [
        withPage('Дмитрий Л.', 10, {
          presence: presence('on_page', -1),
          steps: [step(-1, 'on_page', page)],
          door: 'when_admitted',
        }),
        withPage('Ольга и Пётр', 60, {
          late: { minutes: 10, until: at(70) },
          steps: [step(-2, 'opened_link', page), step(-1, 'late', { ...page, minutes: 10 })],
          presence: presence('opened_link', -2),
          unread: 1,
          deliveries: [
            delivery('d4', -200, {
              state: 'failed',
              message: { code: 'delivery_not_registered', facts: {} },
            }),
          ],
        }),
        withPage('Сергей Н.', 180, {
          deliveries: [delivery('d5', -1, { state: 'sending' })],
          door: 'when_admitted',
        }),
        withPage('Вера Т.', 240, {
          contact: contact({ channel: 'email', phone: '', email: 'vera@example.org', language: 'en' }),
          can_message: false,
        }),
        withPage('Группа «Опора»', 300, { contact: null, reminders: [], can_message: false }),
        withPage(long, 360, {
          unread: 12,
          contact: contact({ channel: 'max' }),
          deliveries: [delivery('d6', -10, { channel: 'max', state: 'unsure' })],
        }),
        withPage('Анна Б.', 420, { page_link: null, unsent: true }),
      ],
    },
  ]
  const view = (hero: ConsultationView | null, change: Partial<AppView> = {}): AppView =>
    day(hero, { practice, reach: reach(), tray: 'client_there', groups: list(), ...change })

  return {
    /** A client waits on the page to be let in, and has written. */
    clients: () => view(atTheDoor()),
    /** The specialist is in the room, the client still at the door. */
    door: () =>
      view(atTheDoor({ presence: presence('on_page', -3, { specialist_inside: true }), unread: 0 })),
    /** "In five minutes" was said, and the client will wait. */
    answered: () =>
      view(
        atTheDoor({
          unread: 0,
          answer: { answer: 'late', until: at(4), client_can_wait: true },
          steps: [
            ...arrived,
            step(-1, 'specialist_late', { source: 'telegram', minutes: 5 }),
            step(-1, 'can_wait', page),
          ],
        }),
      ),
    /** Nobody answered here, so the specialist was told in another way, and cannot come. */
    cannot: () =>
      view(
        atTheDoor({
          unread: 0,
          answer: { answer: 'cannot', until: null, client_can_wait: null },
          steps: [
            ...arrived,
            step(-2, 'escalated', { source: 'telegram' }),
            step(-1, 'cannot', { source: 'telegram' }),
          ],
        }),
      ),
    /** The client will be late. */
    late: () =>
      view(
        withPage('Мария К.', 2, {
          late: { minutes: 15, until: at(17) },
          presence: presence('opened_link', -2),
          steps: [step(-3, 'opened_link', page), step(-2, 'late', { ...page, minutes: 15 })],
          deliveries: [
            went[0]!,
            delivery('d7', -60, {
              purpose: 'reminder',
              state: 'failed',
              message: { code: 'delivery_not_signed_in', facts: {} },
            }),
          ],
        }),
        { tray: 'idle' },
      ),
    /** Everything too long. */
    client_long: () =>
      view(
        atTheDoor({
          client: long,
          answer: { answer: 'late', until: at(4), client_can_wait: false },
          late: { minutes: 15, until: at(15) },
        }),
        { reach: reach({ telegram_name: long }) },
      ),
    client_hidden: () => hidden(view(atTheDoor())),
    /** The thread cannot be read, and nothing can be sent. */
    client_cut: () => view(atTheDoor()),
    unbound: () =>
      view(null, {
        reach: reach({ telegram: 'unbound', telegram_name: '', quiet_from: null, quiet_to: null }),
      }),
    binding: () =>
      view(null, { reach: reach({ telegram: 'unbound', telegram_name: '', binding_until: at(15) }) }),
    unconfirmed: () => view(null, { reach: reach({ telegram: 'unconfirmed' }) }),
    /** Another chat has answered, and the one before is used until it is confirmed. */
    next_chat: () => view(null, { reach: reach({ telegram_next_name: 'Елена, новый телефон' }) }),
    blocked: () => view(null, { reach: reach({ telegram: 'blocked', after_seconds: 45 }) }),
    /** No bot, names kept here without their key, and quiet for everything. */
    botless: () =>
      view(null, {
        reach: reach({ telegram: 'unavailable', telegram_name: '' }),
        practice: { ...practice, telegram_bot: null, channels: [], names_stay_here: true },
        do_not_disturb_until: at(45),
        do_not_disturb_everything: true,
      }),
    /** Names are kept here, and this computer reads them. */
    names: () => view(null, { practice: { ...practice, names_stay_here: true, names_key_kept: true } }),
  }
}
