import type { Locale } from './words.svelte'

// `errors.ftl` belongs to the application, which phrases the same codes in its own notifications.
const files = import.meta.glob<string>('../../../../crates/app/locales/*/{ui,errors}.ftl', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** The Fluent files of one language: errors first, so that the window's own words win. */
export function sources(locale: Locale): string[] {
  return Object.keys(files)
    .filter((path) => path.includes(`/${locale}/`))
    .sort()
    .map((path) => files[path] ?? '')
}
