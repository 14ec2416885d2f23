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

test('what was typed for signing in is no connection yet', () => {
  const { connection } = stand('connected', 'telemost')
  expect(isConnected(connection)).toBe(true)
  expect(isConnected({ ...connection!, connected: false })).toBe(false)
  expect(isConnected(undefined)).toBe(false)
})
