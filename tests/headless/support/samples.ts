import { existsSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { UI } from './program.ts'
import { expect } from './test.ts'
import type { Look } from './screens.ts'

/** Routing a page anew while it still asks for something would answer that twice. */
const served = new WeakSet<Page>()

/** The built window on one of its own sample days, without a server and without an application behind it. */
export async function openSample(page: Page, sample: string, screen: string, look: Look = { locale: 'en', theme: 'light' }) {
  if (!served.has(page)) {
    await page.route('http://localhost/**', (route) => {
      const { pathname } = new URL(route.request().url())
      const path = `${UI}${pathname === '/' ? '/index.html' : pathname}`
      return existsSync(path) ? route.fulfill({ path }) : route.fulfill({ status: 404 })
    })
    served.add(page)
  }
  // A sample begins anew, also where only what is behind the `#` differs.
  await page.goto('about:blank')
  await page.goto(`http://localhost/?memory=${sample}&lang=${look.locale}&theme=${look.theme}#/${screen}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}
