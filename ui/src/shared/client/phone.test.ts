import { expect, test } from 'vitest'
import { readPhone, showPhone, writePhone } from './phone'

test.each([
  ['+7 900 123-45-67', '79001234567'],
  ['8 (900) 123-45-67', '79001234567'],
  ['900 123 45 67', '79001234567'],
  ['79001234567', '79001234567'],
  ['+44 20 7946 0958', '442079460958'],
  ['0044 20 7946 0958', '442079460958'],
  ['+8 610 123 456 78', '861012345678'],
  ['+84 912 345 678', '84912345678'],
  ['81 3 1234 5678', '81312345678'],
])('%s is read as %s', (typed, digits) => expect(readPhone(typed)).toBe(digits))

test.each([
  '',
  '123',
  'maria@example.org',
  '+7 900 12',
  '020 7946 0958',
  '1234567890123456',
  '7 +900 123 45 67',
])('%j is no phone', (typed) => expect(readPhone(typed)).toBe(null))

test('a number is shown as it is read out, and reads back the same', () => {
  expect(showPhone('79001234567')).toBe('+7 900 123-45-67')
  expect(showPhone('442079460958')).toBe('+442079460958')
  expect(showPhone('')).toBe('')
  expect(readPhone(showPhone('79001234567'))).toBe('79001234567')
  expect(writePhone('79001234567')).toBe('79001234567')
  expect(readPhone(writePhone('84912345678'))).toBe('84912345678')
})
