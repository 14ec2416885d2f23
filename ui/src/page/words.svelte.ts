import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle'

export type Language = 'ru' | 'en'
export type Facts = Record<string, FluentVariable>

/** Both languages are in the bundle: changing over then costs no visit to the server, and no place in the queue of waiting. */
const files = import.meta.glob<string>('../../../crates/backend/locales/*/page.ftl', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const bundles = new Map<Language, FluentBundle>()

function bundle(language: Language): FluentBundle {
  let made = bundles.get(language)
  if (!made) {
    made = new FluentBundle(language, { useIsolating: false })
    const text = Object.entries(files).find(([path]) => path.includes(`/${language}/`))?.[1]
    made.addResource(new FluentResource(text ?? ''))
    bundles.set(language, made)
  }
  return made
}

class PageWords {
  language = $state<Language>('en')
}

/** The language of the moment; reading a word in a component follows it. */
export const words = new PageWords()

/** The word under a key. A missing one shows its key: ugly, found at once, and better than nothing. */
export function say(key: string, facts?: Facts): string {
  const dictionary = bundle(words.language)
  const pattern = dictionary.getMessage(key)?.value
  return pattern ? dictionary.formatPattern(pattern, facts, []) : key
}

/** Which of ours a document's `lang` means. */
export function languageOf(lang: string): Language {
  return /^ru\b/i.test(lang) ? 'ru' : 'en'
}

/** The same page's address in a language: a reload and a shared link then stay in it. */
export function addressIn(language: Language, address: string): string {
  const url = new URL(address)
  url.searchParams.set('lang', language)
  return url.href
}
