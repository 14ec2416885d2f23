import type { Component } from 'svelte'

/** What a menu offers. */
export interface MenuItem {
  label: string
  /** What comes of it, where the label does not say. */
  hint?: string
  Sign?: Component
  run: () => void
}
