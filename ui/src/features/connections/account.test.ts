import { expect, test } from 'vitest'
import { samples } from '$bridge/sample'
import type { SampleName } from '$bridge/sample'
import { canSignIn, inPhrase, lacksApplication, parts, pieces, spoken } from './account'

const provider = (sample: SampleName, id: string) => samples[sample]().providers.find((one) => one.id === id)!
const keys = (sample: SampleName, id: string) => {
  const { places, application, instead } = parts(provider(sample, id))
  return [places, application, instead].map((fields) => fields.map(({ key }) => key))
}

test('where an account lives is asked openly, an application and a ready key apart', () => {
  expect(keys('unconnected', 'bitrix24')).toEqual([
    ['portal'],
    ['client_id', 'client_secret'],
    ['webhook_url'],
  ])
  expect(keys('unconnected', 'telemost')).toEqual([[], ['client_id', 'client_secret'], ['access_token']])
})

test('what the operator has given is not asked for', () => {
  expect(keys('given', 'bitrix24')).toEqual([['portal'], [], ['webhook_url']])
})

test('an application is lacking until its id was typed; its secret may be', () => {
  const groups = parts(provider('unconnected', 'telemost'))
  const [connection] = samples.connected().connections
  expect(lacksApplication(groups)).toBe(true)
  expect(lacksApplication(groups, { ...connection!, values: { client_id: 'mine' } })).toBe(false)
  expect(lacksApplication(parts(provider('given', 'telemost')))).toBe(false)
})

test('signing in again takes no typing where the place and the application are known', () => {
  const groups = parts(provider('given', 'bitrix24'))
  const connection = samples.connected().connections.find((one) => one.provider === 'bitrix24')!
  expect(canSignIn(groups, connection)).toBe(true)
  expect(canSignIn(groups, { ...connection, values: {} })).toBe(false)
  expect(canSignIn(parts(provider('unconnected', 'bitrix24')), connection)).toBe(false)
})

test.each([
  ['gh4k7wqz', ['gh4k', '7wqz']],
  ['ABCD-EFGH', ['ABCD-', 'EFGH']],
  ['AB CD', ['AB', 'CD']],
  ['123456', ['123', '456']],
  ['123456789', ['123', '456', '789']],
  ['1234567', ['1234', '567']],
  ['12345', ['12345']],
  ['', ['']],
])('the code %s is shown in pieces', (code, shown) => {
  expect(pieces(code)).toEqual(shown)
})

test('what is selected of a code is the code', () => {
  for (const code of ['gh4k7wqz', 'ABCD-EFGH', '1234567']) expect(pieces(code).join('')).toBe(code)
})

test('an address is said without what browsers add', () => {
  expect(spoken('https://praktika.example.com/')).toBe('praktika.example.com')
})

test('labels go into a phrase as words of it', () => {
  expect(inPhrase(['Token', 'Webhook address'])).toBe('token, webhook address')
})
