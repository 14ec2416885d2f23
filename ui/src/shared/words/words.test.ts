import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FluentBundle, FluentResource } from '@fluent/bundle'
import { afterEach, expect, test } from 'vitest'
import { told, t, words } from './words.svelte'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const text = (locale: string) => readFileSync(`${root}crates/app/locales/${locale}/ui.ftl`, 'utf8')
const keysOf = (words: string) => [...words.matchAll(/^([a-z][\w-]*) =/gm)].map((match) => match[1] as string)
const keys = (locale: string) => keysOf(text(locale))
const shell = readFileSync(`${root}crates/app/locales/ru/shell.ftl`, 'utf8')

/** Each message with the names of the facts it wants. */
function facts(locale: string): Record<string, string[]> {
  const parts = text(locale)
    .split(/^(?=[a-z][\w-]* =)/m)
    .slice(1)
  return Object.fromEntries(
    parts.map((part) => [
      part.slice(0, part.indexOf(' =')),
      [...new Set([...part.matchAll(/\$(\w+)/g)].map((match) => match[1] as string))].sort(),
    ]),
  )
}

function sources(folder = `${root}ui/src`): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(svelte|ts)$/.test(entry.name) && !entry.name.includes('.test.'))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'))
}

function used(): string[] {
  return sources().flatMap((source) =>
    [
      ...source.matchAll(/(?<![\w.])(?:t|key)\((?:[^'()]*\? )?\s*'([a-z][\w-]*)'(?: : '([a-z][\w-]*)')?/g),
    ].flatMap((match) => match.slice(1).filter((name): name is string => !!name)),
  )
}

afterEach(() => words.use('system'))

test('both languages have the same words, each once', () => {
  expect(keys('en').sort()).toEqual(keys('ru').sort())
  expect(new Set(keys('ru')).size).toBe(keys('ru').length)
})

test('both languages phrase the same facts', () => {
  expect(facts('en')).toEqual(facts('ru'))
})

test('every word the window asks for exists', () => {
  const known = new Set([...keys('ru'), ...keysOf(shell)])
  expect(used().filter((name) => !known.has(name))).toEqual([])
  expect(used().length).toBeGreaterThan(200)
})

test('no word is kept that nobody asks for', () => {
  const asked = new Set(used())
  // Asked for by a code, or by what a provider calls itself and its fields.
  const open = /^(error|field|provider)-/
  expect(keys('ru').filter((name) => !asked.has(name) && !open.test(name))).toEqual([])
})

test.each(['ru', 'en'])('%s is read whole, without a broken message', (locale) => {
  const bundle = new FluentBundle(locale, { useIsolating: false })
  bundle.addResource(new FluentResource(text(locale)))
  for (const [name, wanted] of Object.entries(facts(locale))) {
    const pattern = bundle.getMessage(name)?.value
    expect(pattern, name).toBeTruthy()
    const errors: Error[] = []
    bundle.formatPattern(pattern!, Object.fromEntries(wanted.map((fact) => [fact, 5])), errors)
    expect(errors, name).toEqual([])
  }
})

test('Russian uses its own quotation marks and no straight ones', () => {
  const straight = text('ru')
    .split('\n')
    .filter((line) => !line.startsWith('#') && /"/.test(line.replace(/\{ "[{}]" \}/g, '')))
  expect(straight).toEqual([])
})

test.each([
  [1, 'Через 1 минуту'],
  [2, 'Через 2 минуты'],
  [5, 'Через 5 минут'],
  [11, 'Через 11 минут'],
  [21, 'Через 21 минуту'],
  [24, 'Через 24 минуты'],
])('in %i minutes is said in proper Russian', (minutes, said) => {
  words.use('ru')
  expect(t('moment-in', { minutes })).toBe(said)
})

test('a code without words is named instead of hidden', () => {
  words.use('en')
  expect(told({ code: 'never_heard_of', facts: {} })).toContain('never_heard_of')
})

test('a name in a phrase is plain text', () => {
  words.use('en')
  expect(t('announce-arrival', { client: '<b>{ $x }</b>' })).toBe('<b>{ $x }</b>: the client is there')
})
