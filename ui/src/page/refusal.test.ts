import { expect, test } from 'vitest'
import { appAround, deviceOf, type Surroundings } from './browser'
import { judged, loudness } from './check.svelte'
import { hindrance, refusal } from './refusal'

const PHONE =
  'Mozilla/5.0 (Linux; Android 14; SM-A145F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36'
const VIEW = PHONE.replace('SM-A145F', 'SM-A145F Build/UP1A; wv').replace('Chrome', 'Version/4.0 Chrome')
const APPLE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15'

test.each([
  [PHONE, null],
  [`${APPLE} Version/18.1 Mobile/15E148 Safari/604.1`, null],
  [`${APPLE} CriOS/131.0 Mobile/15E148 Safari/604.1`, null],
  [MAC, null],
  [`${PHONE} YaBrowser/24.10`, null],
  [`${PHONE} Telegram-Android/11.3.3 (Samsung; Android 14; SDK 34; HIGH)`, 'Telegram'],
  [`${VIEW} WhatsApp/2.24`, 'WhatsApp'],
  [`${VIEW} Instagram 360.0.0.52 Android`, 'Instagram'],
  [`${VIEW} [FB_IAB/FB4A;FBAV/490.0;]`, 'Facebook'],
  [`${VIEW} VKAndroidApp/8.99-1234`, 'VK'],
  [VIEW, 'unknown'],
  [`${APPLE} Mobile/15E148`, 'unknown'],
])('%s is inside %s', (agent, app) => {
  expect(appAround(agent)).toBe(app)
})

test('an app that hides its name is known by what it leaves in the page', () => {
  expect(appAround(`${APPLE} Mobile/15E148`, (name) => name === 'TelegramWebviewProxy')).toBe('Telegram')
})

test('a tablet that calls itself a computer is told by its touch screen', () => {
  expect([deviceOf(MAC, 5), deviceOf(MAC, 0), deviceOf(PHONE, 5)]).toEqual(['ios', 'desktop', 'android'])
})

const browser: Surroundings = { device: 'android', app: null, hasDevices: true, isSecure: true }
const inside: Surroundings = { ...browser, app: 'Telegram' }

test.each<[Surroundings, string | null]>([
  [browser, null],
  [inside, null],
  [{ ...inside, hasDevices: false }, 'inside'],
  [{ ...browser, hasDevices: false }, 'old'],
  [{ ...browser, hasDevices: false, isSecure: false }, 'insecure'],
])('in %o stands in the way: %s', (around, expected) => {
  expect(hindrance(around)).toBe(expected)
})

test.each([
  ['NotAllowedError', browser, 'denied'],
  ['NotAllowedError', inside, 'inside'],
  ['NotFoundError', browser, 'missing'],
  ['NotReadableError', inside, 'taken'],
  ['AbortError', browser, 'taken'],
  ['Whatever', browser, 'other'],
])('%s', (name, around, expected) => {
  expect(refusal(name, around)).toBe(expected)
})

test.each([
  [[2000, 80, 90, 100, 85], 'good'],
  [[100, 900, 800, 700, 950], 'weak'],
  [[100, 90, null, 90, 80], 'weak'],
  [[null, null, null, null, null], 'none'],
])('requests of %o ms are a connection that is %s', (times, expected) => {
  expect(judged(times)).toBe(expected)
})

test('silence is no loudness, and a voice fills most of the bar', () => {
  expect(loudness(new Uint8Array(512).fill(128))).toBe(0)
  const voice = Uint8Array.from({ length: 512 }, (_, index) => 128 + 30 * Math.sin(index / 5))
  expect(loudness(voice)).toBeGreaterThan(0.4)
  expect(loudness(new Uint8Array(512).fill(255))).toBe(1)
})
