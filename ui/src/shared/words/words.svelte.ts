import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle'
import type { Language } from '$generated/Language'
import type { Message } from '$generated/Message'
import { systemZone, type Place } from '../time'
import { sources } from './sources'

export type Locale = 'ru' | 'en'
export type Facts = Record<string, FluentVariable>

const bundles = new Map<Locale, FluentBundle>()

/** Isolation marks are off: names are isolated where they are put, and plain text stays plain for readers. */
function bundle(locale: Locale): FluentBundle {
  let made = bundles.get(locale)
  if (!made) {
    made = new FluentBundle(locale, { useIsolating: false })
    for (const text of sources(locale)) made.addResource(new FluentResource(text), { allowOverrides: true })
    bundles.set(locale, made)
  }
  return made
}

/** The dictionary in the language of the moment; reading a word in a component follows the language. */
class Words {
  #asked = $state<Language>('system')
  readonly locale: Locale = $derived(this.#asked === 'system' ? systemLocale() : this.#asked)
  readonly place: Place = $derived({ locale: this.locale, zone: systemZone() })

  use(language: Language) {
    this.#asked = language
  }

  has(key: string): boolean {
    return bundle(this.locale).hasMessage(key)
  }

  phrase(key: string, facts?: Facts): string {
    const words = bundle(this.locale)
    const pattern = words.getMessage(key)?.value
    // A missing word shows its key: ugly, found at once, and better than nothing.
    return pattern ? words.formatPattern(pattern, facts, []) : key
  }
}

export const words = new Words()

/** The word under a key. */
export function t(key: string, facts?: Facts): string {
  return words.phrase(key, facts)
}

/** Marks a key that is handed on as data, so that the test of the dictionary sees it. */
export function key(name: string): string {
  return name
}

/** What happened, in words; a code nobody has words for yet is named, so that it can be asked about. */
export function told(message: Message): string {
  const id = `error-${message.code}`
  const facts: Facts = {}
  for (const [name, value] of Object.entries(message.facts)) {
    // Facts travel as text; a number must be one again for plural forms.
    if (value !== undefined) facts[name] = /^\d{1,9}$/.test(value) ? Number(value) : value
  }
  return words.has(id) ? t(id, facts) : t('error-without-words', { code: message.code })
}

/** `works` as a sentence of its own: `Works.` */
export function sentence(word: string): string {
  return `${word.charAt(0).toLocaleUpperCase(words.locale)}${word.slice(1)}.`
}

const FIRST_STRONG_ISOLATE = String.fromCodePoint(0x2068)
const POP_ISOLATE = String.fromCodePoint(0x2069)

/** Puts a name into a phrase so that its writing direction stays its own. */
export function isolated(name: string): string {
  return FIRST_STRONG_ISOLATE + name + POP_ISOLATE
}

function systemLocale(): Locale {
  return typeof navigator !== 'undefined' && /^ru\b/i.test(navigator.language) ? 'ru' : 'en'
}
