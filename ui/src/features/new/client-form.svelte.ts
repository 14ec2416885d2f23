import type { CommandError } from '$bridge'
import type { AppView } from '$generated/AppView'
import type { Channel } from '$generated/Channel'
import type { ClientWishes } from '$generated/ClientWishes'
import type { ContactView } from '$generated/ContactView'
import type { Door } from '$generated/Door'
import type { PracticeView } from '$generated/PracticeView'
import { readPhone, showPhone, writePhone } from '$shared/client/phone'
import { beforeWord, channelWord, doorShort, sendsByItself } from '$shared/client/words'
import { isAddress } from '$shared/people/people.svelte'
import { key, t, told, words } from '$shared/words/words.svelte'

/** Minutes before the start at which a client can be reminded. */
export const REMINDERS = [1440, 60]

type Part = 'contact' | 'reminders' | 'door'

/** The part is of use: clients have pages, or somebody knows which channels there are. */
export function hasClientSide(view: AppView): boolean {
  return view.practice !== null
}

/** The channels that are worth offering: those that the practice has, those that open here, and the one chosen before. */
export function offeredChannels(practice: PracticeView | null, chosen: Channel): Channel[] {
  const all: Channel[] = ['whatsapp', 'max', 'telegram', 'email', 'clipboard']
  return all.filter((one) => one !== 'max' || one === chosen || sendsByItself(practice, one))
}

export function needsPhone(channel: Channel): boolean {
  return channel === 'whatsapp' || channel === 'max'
}

/** How the client is reached, reminded and let in. */
export class ClientForm {
  channel = $state<Channel>('clipboard')
  /** As typed. */
  phone = $state('')
  email = $state('')
  language = $state('')
  reminders = $state<number[]>([])
  door = $state<Door>('at_time')
  errors = $state<Record<string, string>>({})
  open = $state(false)
  /** What stands here is how it was with this client the last time. */
  suggested = $state(false)
  /** A person has said that this is somebody else than whoever had the name before. */
  another = $state(false)
  /** Parts that a person has chosen, or that stand so already: no suggestion changes them. */
  #touched = $state.raw<ReadonlySet<Part>>(new Set())
  #asked = 0

  static of(wishes: Pick<ClientWishes, keyof ClientWishes> | null): ClientForm {
    const form = new ClientForm()
    if (wishes) form.#put(wishes)
    return form
  }

  get touched(): boolean {
    return this.#touched.size > 0
  }

  touch(part: Part) {
    this.#touched = new Set([...this.#touched, part])
  }

  choose(channel: Channel, practice: PracticeView | null) {
    this.channel = channel
    this.touch('contact')
    this.errors = {}
    if (!sendsByItself(practice, channel)) return
    // Who chose a channel that sends by itself most likely wants it to remind; it is seen at once, and two presses away.
    if (!this.#touched.has('reminders')) this.reminders = [...REMINDERS]
  }

  remind(minutes: number, on: boolean) {
    this.reminders = (
      on ? [...this.reminders, minutes] : this.reminders.filter((one) => one !== minutes)
    ).sort((one, other) => other - one)
    this.touch('reminders')
  }

  admit(door: Door) {
    this.door = door
    this.touch('door')
  }

  /** Puts a phone as it is read out, once it can be read. */
  settle() {
    const digits = readPhone(this.phone)
    if (digits) this.phone = showPhone(digits)
  }

  /**
   * Takes over how it was with a client of this name, where nothing was touched. Another name first takes back what was
   * suggested for the one before: nobody's phone may go to somebody else.
   */
  async suggest(ask: (() => Promise<ClientWishes | null>) | null) {
    const asked = ++this.#asked
    this.another = false
    this.#withdraw()
    if (!ask) return
    const known = await ask().catch(() => null)
    if (asked !== this.#asked || !known) return
    const part = (name: Part) => !this.#touched.has(name)
    if (!['contact', 'reminders', 'door'].some((name) => part(name as Part))) return
    const { contact, reminders, door } = known
    if (!contact && reminders.length === 0 && door === this.door) return
    if (part('contact') && contact) this.#putContact(contact)
    if (part('reminders')) this.reminders = [...reminders]
    if (part('door')) this.door = door
    this.suggested = true
  }

  /** Nothing of whoever had this name before is theirs, the chat that was bound least of all. */
  asAnother() {
    this.#withdraw()
    this.another = true
  }

  wishes(practice: PracticeView | null): ClientWishes {
    return {
      contact: this.#contact(),
      // A reminder that nothing sends would only be believed in.
      reminders: sendsByItself(practice, this.channel) ? this.reminders : [],
      door: this.door,
    }
  }

  /** Marks what is missing. */
  complete(): boolean {
    this.errors = {}
    if (needsPhone(this.channel) && !readPhone(this.phone)) {
      this.errors.phone = this.phone.trim() ? t('phone-unreadable') : t('phone-missing')
    }
    const email = this.email.trim()
    if (this.channel === 'email' && !isAddress(email)) {
      this.errors.email = email ? t('email-unreadable') : t('email-missing')
    }
    const good = Object.keys(this.errors).length === 0
    if (!good) this.open = true
    return good
  }

  /** Tells whether the refusal belongs to a field of this part. */
  refuse(error: CommandError): boolean {
    const field = error.field === 'contact' ? (this.channel === 'email' ? 'email' : 'phone') : error.field
    const here =
      (field === 'phone' && needsPhone(this.channel)) || (field === 'email' && this.channel === 'email')
    if (!here || !field) return false
    this.errors[field] = told(error)
    this.open = true
    return true
  }

  /** `WhatsApp, reminders 24 h and 1 h, let in at the time`. */
  summary(practice: PracticeView | null): string {
    const sent = sendsByItself(practice, this.channel)
    const [one, other] = this.reminders.map(beforeWord)
    const reminded =
      !sent || !one ? '' : other ? t('reminders-two', { one, other }) : t('reminders-one', { one })
    return [channelWord(this.channel), reminded, practice?.pages && doorShort(this.door)]
      .filter(Boolean)
      .join(', ')
  }

  #contact(): ContactView | null {
    const { channel } = this
    const phone = readPhone(this.phone)
    const email = this.email.trim()
    // Nothing is known of how to reach them, and nothing was said.
    if (channel === 'clipboard' && !this.language && !this.another) return null
    return {
      channel,
      // By these a client of the bot's is known again; they go to no channel but their own.
      phone: phone && (needsPhone(channel) || channel === 'telegram') ? writePhone(phone) : '',
      email: channel === 'email' || (channel === 'telegram' && isAddress(email)) ? email : '',
      language: this.language || words.locale,
    }
  }

  #put({ contact, reminders, door }: ClientWishes) {
    if (contact) this.#putContact(contact)
    this.reminders = [...reminders]
    this.door = door
  }

  #putContact({ channel, phone, email, language }: ContactView) {
    this.channel = channel
    this.phone = showPhone(phone)
    this.email = email
    this.language = language
  }

  #withdraw() {
    if (!this.suggested) return
    this.suggested = false
    if (!this.#touched.has('contact')) {
      this.#putContact({ channel: 'clipboard', phone: '', email: '', language: '' })
    }
    if (!this.#touched.has('reminders')) this.reminders = []
    if (!this.#touched.has('door')) this.door = 'at_time'
  }
}

export const LANGUAGES = [
  { value: 'ru', label: key('client-language-ru') },
  { value: 'en', label: key('client-language-en') },
]
