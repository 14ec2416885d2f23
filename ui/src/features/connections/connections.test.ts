import { expect, test } from 'vitest'
import { CommandError } from '$bridge'
import { samples } from '$bridge/sample'
import type { Pairing } from '$generated/Pairing'
import { ConnectionFormState } from './connection.svelte'
import { PairingForm } from './pairing.svelte'

const view = samples.next()
const provider = view.providers[0]!
const connection = view.connections[0]!

test('a kept secret is neither shown nor sent', () => {
  const form = new ConnectionFormState(provider, connection)
  expect(form.draft.secrets).toEqual({})
  expect(form.draft.values.base_url).toBe('https://meet.example.org')
})

test('a typed secret is sent, a forgotten one is sent empty', () => {
  const form = new ConnectionFormState(provider, connection)
  form.secrets.password = 'new'
  form.forgotten = ['app_secret']
  expect(form.draft.secrets).toEqual({ password: 'new', app_secret: '' })
})

test('once saved, nothing of a secret stays in the window', async () => {
  const form = new ConnectionFormState(provider)
  form.secrets.password = 'secret'
  await form.run(async () => ({ health: 'works', message: null }))
  form.saved()
  expect(form.draft.secrets).toEqual({})
  expect(form.result?.health).toBe('works')
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
