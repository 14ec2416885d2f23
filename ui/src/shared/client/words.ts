import type { Channel } from '$generated/Channel'
import type { Door } from '$generated/Door'
import type { LinkSent } from '$generated/LinkSent'
import type { PracticeView } from '$generated/PracticeView'
import { key, t } from '../words/words.svelte'

const channels: Record<Channel, { name: string; send: string; opens: string }> = {
  whatsapp: { name: key('channel-whatsapp'), send: key('send-whatsapp'), opens: key('opens-whatsapp') },
  max: { name: key('channel-max'), send: key('send-max'), opens: key('opens-max') },
  telegram: { name: key('channel-telegram'), send: key('send-telegram'), opens: key('opens-telegram') },
  email: { name: key('channel-email'), send: key('send-email'), opens: key('opens-email') },
  clipboard: { name: key('channel-clipboard'), send: key('send-clipboard'), opens: key('opens-clipboard') },
}

export const CHANNELS = Object.keys(channels) as Channel[]

export function channelWord(channel: Channel): string {
  return t(channels[channel].name)
}

/** The word on the button that sends the link. */
export function sendWord(channel: Channel): string {
  return t(channels[channel].send)
}

/** The practice sends by this channel while nobody looks; by any other the specialist presses "send". */
export function sendsByItself(practice: PracticeView | null, channel: Channel): boolean {
  return practice?.channels.includes(channel) ?? false
}

/** What pressing "send" comes to: it goes out, or something opens for the specialist to send it from. */
export function sendHint(practice: PracticeView | null, channel: Channel): string {
  return sendsByItself(practice, channel) ? t('sends-by-itself') : t(channels[channel].opens)
}

/** How the link went out, as news. */
export function sentWord({ channel, how }: LinkSent): string {
  if (how === 'handed') return t('link-handed', { channel: channelWord(channel) })
  if (how === 'copied') return t('invitation-copied')
  return channel === 'email' ? t('mail-opened') : t('chat-opened')
}

const doors: Record<Door, { name: string; hint: string; short: string }> = {
  at_time: { name: key('door-at-time'), hint: key('door-at-time-hint'), short: key('door-at-time-short') },
  when_admitted: {
    name: key('door-when-admitted'),
    hint: key('door-when-admitted-hint'),
    short: key('door-when-admitted-short'),
  },
  at_once: { name: key('door-at-once'), hint: key('door-at-once-hint'), short: key('door-at-once-short') },
}

export const DOORS = Object.keys(doors) as Door[]
export const doorWord = (door: Door) => t(doors[door].name)
export const doorHint = (door: Door) => t(doors[door].hint)
export const doorShort = (door: Door) => t(doors[door].short)

/** `24 h`, `45 min`: how long before the start. */
export function beforeWord(minutes: number): string {
  return minutes >= 60 && minutes % 60 === 0
    ? t('reminder-hours', { hours: minutes / 60 })
    : t('minutes', { minutes })
}
