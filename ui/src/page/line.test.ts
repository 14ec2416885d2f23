import { afterEach, expect, test, vi } from 'vitest'
import { BackendLine } from './line'
import { sample } from './sample'

afterEach(() => vi.unstubAllGlobals())

function answering(status: number, body: unknown = {}, headers: Record<string, string> = {}) {
  const fetch = vi.fn<(url: string, how: RequestInit) => Promise<Response>>()
  fetch.mockImplementation(async () => new Response(JSON.stringify(body), { status, headers }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}

const live = () => new AbortController().signal

test('its routes lie under the page’s own address, whatever stands before and after', async () => {
  const fetch = answering(200, sample())
  const line = new BackendLine('https://practice.example/base/w/abc/?lang=ru#x')
  await line.state(live(), 'a b')
  await line.say('here', { visit: 'v1v2v3v4' }, live())
  expect(fetch.mock.calls.map(([url]) => url)).toEqual([
    'https://practice.example/base/w/abc/state?after=a%20b&wait=25',
    'https://practice.example/base/w/abc/here',
  ])
  expect(fetch.mock.calls[1]?.[1]).toMatchObject({
    method: 'POST',
    credentials: 'omit',
    body: '{"visit":"v1v2v3v4"}',
  })
})

test.each([
  [404, {}, { kind: 'gone' }],
  [410, {}, { kind: 'gone' }],
  [429, { 'Retry-After': '7' }, { kind: 'later', wait: 7000 }],
  [503, {}, { kind: 'later', wait: 5000 }],
  [503, { 'Retry-After': '0' }, { kind: 'later', wait: 1000 }],
  [503, { 'Retry-After': '999999' }, { kind: 'later', wait: 120_000 }],
  [503, { 'Retry-After': 'Sat, 21 Nov 2026 21:00:00 GMT' }, { kind: 'later', wait: 5000 }],
  [409, {}, { kind: 'refused' }],
  [502, {}, { kind: 'lost' }],
])('%i %o is understood', async (status, headers, expected) => {
  answering(status, {}, headers)
  expect(await new BackendLine('https://x.example/w/t').state(live())).toEqual(expected)
})

test('a network that fails, or answers with a page of its own, is no line', async () => {
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')))
  const line = new BackendLine('https://x.example/w/t')
  expect(await line.state(live())).toEqual({ kind: 'lost' })
  vi.stubGlobal('fetch', async () => new Response('<html>Sign in to the hotel', { status: 200 }))
  expect(await line.state(live())).toEqual({ kind: 'lost' })
})

test('what the page itself has called off is not a failure', async () => {
  const run = new AbortController()
  vi.stubGlobal(
    'fetch',
    (_: string, { signal }: RequestInit) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      ),
  )
  const answer = new BackendLine('https://x.example/w/t').state(run.signal)
  run.abort()
  expect(await answer).toEqual({ kind: 'stopped' })
})
