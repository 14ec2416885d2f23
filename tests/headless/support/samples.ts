import { existsSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { UI } from './program.ts'
import { expect } from './test.ts'
import type { Look } from './screens.ts'

const served = new WeakSet<Page>()

/** Once for a page: a request that is under way must not lose its answer. */
async function serve(page: Page) {
  if (served.has(page)) return
  served.add(page)
  await page.route('http://localhost/**', (route) => {
    const { pathname } = new URL(route.request().url())
    const path = `${UI}${pathname === '/' ? '/index.html' : pathname}`
    return existsSync(path) ? route.fulfill({ path }) : route.fulfill({ status: 404 })
  })
}

/** The built window on one of its own sample days, without a server and without an application behind it. */
export async function openSample(page: Page, sample: string, screen: string, look: Look = { locale: 'en', theme: 'light' }) {
  await serve(page)
  // A sample begins anew, also where only what is behind the `#` differs.
  await page.goto('about:blank')
  await page.goto(`http://localhost/?memory=${sample}&lang=${look.locale}&theme=${look.theme}#/${screen}`)
  // What stands there before has a heading too.
  await expect(page.locator('#screen-title')).toBeVisible()
}
