import { beforeEach, expect, test, vi } from 'vitest'
import type { Route, Router } from '$shared/router.svelte'
import { onShortcut } from './shortcuts'

const visited: string[] = []
const router = {
  route: { screen: 'settings' },
  go: (route: Route) => visited.push(route.screen),
  up: () => visited.push('up'),
} as unknown as Router

function press(init: Partial<KeyboardEvent>): string[] {
  visited.length = 0
  const event = {
    key: '',
    code: '',
    defaultPrevented: false,
    preventDefault: () => {},
    ...init,
  } as KeyboardEvent
  onShortcut(event, router, () => visited.push('hide'))
  return [...visited]
}

beforeEach(() => {
  vi.stubGlobal('document', { querySelector: () => null })
})

test('Ctrl with N, F and the comma open their screens, on a Russian layout too', () => {
  expect(press({ key: 'n', code: 'KeyN', ctrlKey: true })).toEqual(['new'])
  expect(press({ key: 'т', code: 'KeyN', ctrlKey: true })).toEqual(['new'])
  expect(press({ key: 'а', code: 'KeyF', ctrlKey: true })).toEqual(['search'])
  expect(press({ key: ',', code: 'Comma', metaKey: true })).toEqual(['settings'])
})

test('Ctrl+W hides the window, as closing it does', () => {
  expect(press({ key: 'ц', code: 'KeyW', ctrlKey: true })).toEqual(['hide'])
})

test('typing is left alone', () => {
  expect(press({ key: 'n', code: 'KeyN' })).toEqual([])
  expect(press({ key: 'n', code: 'KeyN', ctrlKey: true, altKey: true })).toEqual([])
  expect(press({ key: 'N', code: 'KeyN', ctrlKey: true, shiftKey: true })).toEqual([])
})

test('Esc goes back, unless a dialog or a field has used it', () => {
  expect(press({ key: 'Escape' })).toEqual(['up'])
  expect(press({ key: 'Escape', defaultPrevented: true })).toEqual([])
  vi.stubGlobal('document', { querySelector: () => ({}) })
  expect(press({ key: 'Escape' })).toEqual([])
})
