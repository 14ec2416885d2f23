import { expect, test } from 'vitest'
import { samples, type SampleName } from '$bridge/sample'
import { isConnected, isRestricted, isSignedOut, isTroubled, standing } from './standing'

function stand(sample: SampleName, id: string) {
  const view = samples[sample]()
  const provider = view.providers.find((one) => one.id === id)!
  return { provider, connection: view.connections.find((one) => one.provider === id) }
}

test('an account that may make no rooms is no trouble', () => {
  const connection = stand('personal', 'telemost').connection!
  expect(isRestricted(connection)).toBe(true)
  expect(isTroubled(connection)).toBe(false)
  expect(standing(connection)).toEqual({ word: 'links-only', tone: 'grey' })
})

test('an account that was signed out asks for the person', () => {
  const connection = stand('signed_out', 'telemost').connection!
  expect(isSignedOut(connection)).toBe(true)
  expect(standing(connection).word).toBe('health-sign-in')
  expect(isSignedOut({ ...connection, health: 'works' })).toBe(false)
})

test('values typed for signing in are no connection yet', () => {
  const { provider, connection } = stand('connected', 'telemost')
  const typed = { ...connection!, account: null, health: 'unknown' as const, values: { client_id: 'mine' } }
  expect(isConnected(provider, connection)).toBe(true)
  expect(isConnected(provider, typed)).toBe(false)
  expect(isConnected(provider, { ...typed, secrets_kept: ['access_token'] })).toBe(true)
  expect(isConnected(provider, undefined)).toBe(false)
  const fields = provider.fields.map((field) => ({ ...field, given: field.key === 'access_token' }))
  expect(isConnected({ ...provider, fields }, { ...typed, values: {} })).toBe(true)
})

test('without accounts what is typed is the connection', () => {
  const { provider, connection } = stand('connected', 'jitsi')
  expect(isConnected(provider, { ...connection!, health: 'unknown' })).toBe(true)
})
