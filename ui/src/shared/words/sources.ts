import type { Locale } from './words.svelte'

// The others belong to the application: it phrases the same codes, and the window shows what its notifications say.
const files = import.meta.glob<string>('../../../../crates/app/locales/*/{ui,errors,shell}.ftl', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** The Fluent files of one language, by name: the window's own come last and win. */
export function sources(locale: Locale): string[] {
  return Object.keys(files)
    .filter((path) => path.includes(`/${locale}/`))
    .sort()
    .map((path) => files[path] ?? '')
}
