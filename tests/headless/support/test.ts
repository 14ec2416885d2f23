import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Locator, type Page } from '@playwright/test'
import { Host, type HostOptions } from './host.ts'

interface Fixtures {
  /** A folder that is gone after the test. */
  folder: string
  start: (options?: HostOptions) => Promise<Host>
  /** An application whose first run is done, with its window open on Today. */
  host: Host
  /** Console messages that a test provokes on purpose. */
  expectedNoise: RegExp | null
}

export const test = base.extend<Fixtures>({
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'kabinet-headless-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },

  start: async ({ folder }, use) => {
    const started: Host[] = []
    let folders = 0
    await use(async (options) => {
      const host = await Host.start(join(folder, `data-${folders++}`), options)
      started.push(host)
      return host
    })
    await Promise.all(started.map((host) => host.stop()))
  },

  host: async ({ start, page }, use) => {
    const host = await start()
    await host.settle()
    await page.goto(host.url)
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible()
    await use(host)
  },

  expectedNoise: [null, { option: true }],

  // A window that complains in its console is a failed test, whatever it shows.
  // Checked before any application is stopped: a window that has lost it may say so.
  page: async ({ page, start: _, expectedNoise }, use) => {
    const noise: string[] = []
    // A refused command is an answer, but Chromium calls every status of 4xx an error.
    const expected = [/status of 422 \(Unprocessable Entity\)/, expectedNoise]
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') noise.push(`${message.type()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => noise.push(`thrown: ${error.message}`))
    await use(page)
    expect(noise.filter((line) => !expected.some((one) => one?.test(line)))).toEqual([])
  },
})

export { expect }
export type { Locator, Page }

/** The large card of the consultation that matters now. */
export const hero = (page: Page) => page.locator('.hero')

/** The rows of a part of the list, by its heading. */
export const group = (page: Page, title: string) => page.locator('section').filter({ has: page.getByRole('heading', { name: title }) })

export const toast = (page: Page, text: string | RegExp) => page.getByRole('region', { name: /Messages|Сообщения/ }).getByText(text)
