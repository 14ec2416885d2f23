/** What kind of a device this is, as far as directions for it differ. */
export type Device = 'android' | 'ios' | 'desktop'

export function deviceOf(agent: string, touchPoints = 0): Device {
  if (/android/i.test(agent)) return 'android'
  // A tablet of that family calls itself a computer, but no such computer has a touch screen.
  if (/iphone|ipad|ipod/i.test(agent) || (/macintosh/i.test(agent) && touchPoints > 1)) return 'ios'
  return 'desktop'
}

/** Apps that open links inside themselves, by what they add to the browser's name. */
const APPS: [RegExp, string][] = [
  [/telegram/i, 'Telegram'],
  [/whatsapp/i, 'WhatsApp'],
  [/instagram/i, 'Instagram'],
  [/\bFB(AN|AV|_IAB)\b|messenger(lite)?forios/i, 'Facebook'],
  [/vkandroidapp|vkios|vkclient|com\.vk\b|\bvk\/\d/i, 'VK'],
  [/\bok(android|ios|app)\b|odnoklassniki/i, 'OK'],
  [/viber/i, 'Viber'],
  [/micromessenger/i, 'WeChat'],
  [/tiktok|musical_ly|bytedance/i, 'TikTok'],
  [/\bline\//i, 'LINE'],
  [/snapchat/i, 'Snapchat'],
  [/linkedinapp/i, 'LinkedIn'],
]

/** An app whose name nobody gave away. */
export const UNKNOWN_APP = 'unknown'

/** The app inside which the page is open, or `null` in an ordinary browser. `bridges` are names that such an app leaves in the page. */
export function appAround(agent: string, bridges: (name: string) => boolean = () => false): string | null {
  const named = APPS.find(([sign]) => sign.test(agent))
  if (named) return named[1]
  if (bridges('TelegramWebviewProxy')) return 'Telegram'
  // A bare web view: Android marks it, and on the other system it lacks the browser's own name.
  if (/android.*; wv\)/i.test(agent)) return UNKNOWN_APP
  if (/iphone|ipad|ipod/i.test(agent) && /applewebkit/i.test(agent) && !/safari\//i.test(agent))
    return UNKNOWN_APP
  return null
}

export interface Surroundings {
  device: Device
  app: string | null
  /** The browser would let the page ask for the devices at all. */
  hasDevices: boolean
  isSecure: boolean
}

export function surroundings(): Surroundings {
  return {
    device: deviceOf(navigator.userAgent, navigator.maxTouchPoints),
    app: appAround(navigator.userAgent, (name) => name in window),
    hasDevices: typeof navigator.mediaDevices?.getUserMedia === 'function',
    isSecure: window.isSecureContext,
  }
}
