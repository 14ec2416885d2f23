import { expect, test } from 'vitest'
import { withoutCamera } from './links'

test.each([
  ['https://meet.example.org/room', false],
  ['http://meet.example.org/room', true],
  [' HTTP://meet.example.org', true],
  ['http://10.0.0.5:8000/room', true],
  ['http://localhost:8000/room', false],
  ['http://127.0.0.1/room', false],
  ['http://[::1]:8000/room', false],
  ['http://127.0.0.1.example.org/room', true],
  ['http://', false],
  ['meet.example.org', false],
  ['', false],
])('%j has no camera: %j', (link, without) => {
  expect(withoutCamera(link)).toBe(without)
})
