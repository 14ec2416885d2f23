import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FluentBundle, FluentResource } from '@fluent/bundle'
import { expect, test } from 'vitest'
import { addressIn, languageOf, say, words } from './words.svelte'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const text = (language: string) => readFileSync(`${root}crates/backend/locales/${language}/page.ftl`, 'utf8')
const keys = (language: string) =>
  [...text(language).matchAll(/^([a-z][\w-]*) =/gm)].map(([, key]) => key as string)

/** Each message with the names of the facts it wants. */
function facts(language: string): Record<string, string[]> {
  const parts = text(language)
    .split(/^(?=[a-z][\w-]* =)/m)
    .slice(1)
  return Object.fromEntries(
    parts.map((part) => [
      part.slice(0, part.indexOf(' =')),
      [...new Set([...part.matchAll(/\$(\w+)/g)].map(([, fact]) => fact as string))].sort(),
    ]),
  )
}

/** What the components name, whole or as the beginning of a family: `with-told-` and whatever comes after. */
function named(): string[] {
  const folder = `${root}ui/src/page`
  const sources = readdirSync(folder).filter(
    (name) => /\.(svelte|ts)$/.test(name) && !name.includes('.test.'),
  )
  return sources.flatMap((name) =>
    [...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/['"`](with-[a-z-]*)/g)].map(
      ([, key]) => key as string,
    ),
  )
}

test('both languages say the same, each once, with the same facts', () => {
  expect(keys('en').sort()).toEqual(keys('ru').sort())
  expect(new Set(keys('ru')).size).toBe(keys('ru').length)
  expect(facts('en')).toEqual(facts('ru'))
})

test('every word that the page names exists, and none is kept that it does not', () => {
  const known = keys('ru')
  const isFamily = (name: string) => name.endsWith('-')
  expect(
    named().filter((name) => !known.some((key) => (isFamily(name) ? key.startsWith(name) : key === name))),
  ).toEqual([])
  const ours = known.filter((key) => key.startsWith('with-'))
  expect(
    ours.filter((key) => !named().some((name) => (isFamily(name) ? key.startsWith(name) : key === name))),
  ).toEqual([])
  expect(ours.length).toBeGreaterThan(80)
})

test.each([
  ['with-told-', ['yes', 'coming', 'later', 'kept', 'no', 'offline']],
  ['with-lead-', ['due', 'late', 'by-then', 'cannot', 'open', 'over', 'cancelled']],
  ['with-check-', ['start', 'stop', 'again']],
  ['with-camera-', ['fine', 'none']],
  ['with-microphone-', ['fine', 'none', 'silent', 'quiet']],
  ['with-connection-', ['measuring', 'good', 'weak', 'none']],
  ['with-chip-', ['weak', 'none']],
  ['with-refused-', ['denied', 'missing', 'taken', 'insecure', 'old', 'inside', 'other']],
  ['with-refused-denied-', ['android', 'ios', 'desktop']],
  ['with-elsewhere-', ['android', 'ios', 'desktop']],
])('%s… has all its words', (family, ends) => {
  expect(ends.filter((end) => !keys('ru').includes(family + end))).toEqual([])
})

test.each(['ru', 'en'])('%s is read whole, without a broken message', (language) => {
  const bundle = new FluentBundle(language, { useIsolating: false })
  bundle.addResource(new FluentResource(text(language)))
  for (const [name, wanted] of Object.entries(facts(language))) {
    const errors: Error[] = []
    bundle.formatPattern(
      bundle.getMessage(name)!.value!,
      Object.fromEntries(wanted.map((fact) => [fact, 5])),
      errors,
    )
    expect(errors, name).toEqual([])
  }
})

test.each([
  [1, '1 час'],
  [3, '3 часа'],
  [47, '47 часов'],
])('%i hours are said in proper Russian', (hours, said) => {
  words.language = 'ru'
  expect(say('with-hours', { hours })).toBe(said)
})

test('an app without a name is called another app', () => {
  words.language = 'en'
  expect(say('with-refused-inside', { app: 'unknown' })).toBe('The link is open inside another app')
  expect(say('with-refused-inside', { app: 'Telegram' })).toBe('The link is open inside Telegram')
})

test('the language is the document’s, and its link keeps the rest of the address', () => {
  expect([languageOf('ru'), languageOf('ru-RU'), languageOf('en'), languageOf('de')]).toEqual([
    'ru',
    'ru',
    'en',
    'en',
  ])
  expect(addressIn('en', 'https://x.example/w/t?lang=ru')).toBe('https://x.example/w/t?lang=en')
})
