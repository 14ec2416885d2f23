import { expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { samples } from '$bridge/sample'
import type { CheckResult } from '$generated/CheckResult'
import type { ConnectionDraft } from '$generated/ConnectionDraft'
import type { Pairing } from '$generated/Pairing'
import { ConnectionFormState } from './connection.svelte'
import { PairingForm } from './pairing.svelte'

const view = samples.next()
const provider = view.providers[0]!
const connection = view.connections[0]!

test('a kept secret is neither shown nor sent', () => {
  const form = new ConnectionFormState(provider, connection)
  expect(form.draftOf(provider.fields).secrets).toEqual({})
  expect(form.draftOf(provider.fields).values.base_url).toBe('https://meet.example.org')
})

test('a typed secret is sent, a forgotten one is sent empty', () => {
  const form = new ConnectionFormState(provider, connection)
  form.secrets.password = 'new'
  form.forgotten = ['app_secret']
  expect(form.draftOf(provider.fields).secrets).toEqual({ password: 'new', app_secret: '' })
})

const works: CheckResult = { health: 'works', message: null }

test('once saved, nothing of a secret stays in the window', async () => {
  const form = new ConnectionFormState(provider)
  form.secrets.password = 'secret'
  form.forgotten = ['app_secret']
  expect(await form.save(provider.fields, async () => works)).toBe(true)
  expect(form.draftOf(provider.fields).secrets).toEqual({})
  expect(form.result?.health).toBe('works')
})

test('what is typed or forgotten while a save is on its way is still to be saved', async () => {
  const form = new ConnectionFormState(provider, connection)
  let answer!: (result: CheckResult) => void
  const checked = new Promise<CheckResult>((resolve) => (answer = resolve))
  const sent: ConnectionDraft[] = []
  form.secrets.password = 'first'
  const saving = form.save(provider.fields, (draft) => (sent.push(draft), checked))
  await expect.poll(() => form.busy).toBe(true)
  form.secrets.password = 'second'
  form.forgotten = [...form.forgotten, 'app_secret']
  answer(works)
  await saving
  expect(sent.map(({ secrets }) => secrets)).toEqual([{ password: 'first' }])
  expect(form.draftOf(provider.fields).secrets).toEqual({ password: 'second', app_secret: '' })
})

test('a save that is pressed while another is on its way follows it', async () => {
  const form = new ConnectionFormState(provider, connection)
  const answers: ((result: CheckResult) => void)[] = []
  const sent: ConnectionDraft[] = []
  const save = () =>
    form.save(provider.fields, (draft) => {
      sent.push(draft)
      return new Promise((resolve) => answers.push(resolve))
    })
  form.secrets.app_secret = 'mistaken'
  const first = save()
  await expect.poll(() => answers.length).toBe(1)
  form.forgotten = ['app_secret']
  const second = save()
  expect(await save()).toBe(false)
  answers[0]?.(works)
  expect(await first).toBe(true)
  await expect.poll(() => answers.length).toBe(2)
  answers[1]?.(works)
  expect(await second).toBe(true)
  expect(sent.map(({ secrets }) => secrets)).toEqual([{ app_secret: 'mistaken' }, { app_secret: '' }])
})

test('a save that is refused keeps its secrets', async () => {
  const form = new ConnectionFormState(provider)
  form.secrets.password = 'secret'
  expect(await form.save(provider.fields, () => Promise.reject(new CommandError({ code: 'x' })))).toBe(false)
  expect(form.draftOf(provider.fields).secrets).toEqual({ password: 'secret' })
})

test('a refusal stands under its field, or above the buttons', async () => {
  const form = new ConnectionFormState(provider)
  await form.run(() => Promise.reject(new CommandError({ code: 'x', field: 'base_url' })))
  expect(form.errors.base_url).toBeTruthy()
  await form.run(() => Promise.reject(new CommandError({ code: 'x' })))
  expect(form.errors).toEqual({})
  expect(form.trouble).toBeTruthy()
})

test('a pairing link needs no address, a code does', async () => {
  const sent: Pairing[] = []
  const form = new PairingForm(async (pairing) => sent.push(pairing))
  form.typed = ' kabinet://pair?url=x&code=y '
  form.address = 'https://left.over'
  expect(form.isLink).toBe(true)
  await form.send()
  form.typed = 'ABCD-EFGH'
  form.address = ' https://events.example.org '
  expect(form.isLink).toBe(false)
  await form.send()
  expect(sent).toEqual([
    { link_or_code: 'kabinet://pair?url=x&code=y', address: null },
    { link_or_code: 'ABCD-EFGH', address: 'https://events.example.org' },
  ])
})

test('a refused pairing keeps what was typed', async () => {
  const form = new PairingForm(() => Promise.reject(new CommandError({ code: 'x', field: 'address' })))
  form.typed = 'ABCD-EFGH'
  expect(await form.send()).toBe(false)
  expect(form.errors.address).toBeTruthy()
  expect(form.typed).toBe('ABCD-EFGH')
})
