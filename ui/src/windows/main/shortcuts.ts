import type { Router } from '$shared/router.svelte'

/** Ctrl (or Command) with N, F, W and the comma; Esc goes back. A dialog that is open keeps its keys. */
export function onShortcut(event: KeyboardEvent, router: Router, hide: () => void) {
  if (event.defaultPrevented || event.altKey) return
  if (document.querySelector('dialog[open], [role="dialog"]')) return
  if (event.key === 'Escape') {
    if (router.route.screen !== 'today') {
      event.preventDefault()
      router.up()
    }
    return
  }
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey) return
  if (event.key.toLowerCase() === 'w' || event.code === 'KeyW') {
    event.preventDefault()
    return hide()
  }
  // The key's place as well as its letter: on a Russian layout Ctrl+N says "т".
  const screen = byKey[event.key.toLowerCase()] ?? byPlace[event.code]
  if (!screen) return
  event.preventDefault()
  router.go({ screen })
}

type Shortcut = 'new' | 'search' | 'settings'
const byKey: Record<string, Shortcut | undefined> = { n: 'new', f: 'search', ',': 'settings' }
const byPlace: Record<string, Shortcut | undefined> = { KeyN: 'new', KeyF: 'search', Comma: 'settings' }
