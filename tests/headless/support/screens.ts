import { mkdir } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { PICTURES } from './program.ts'

export type Locale = 'ru' | 'en'
export type Theme = 'light' | 'dark'
export interface Look {
  locale: Locale
  theme: Theme
}

export const LOOKS: Look[] = [
  { locale: 'ru', theme: 'light' },
  { locale: 'ru', theme: 'dark' },
  { locale: 'en', theme: 'light' },
  { locale: 'en', theme: 'dark' },
]

/** Everybody's rules of WCAG 2.2 AA and what the authors of axe call good practice. */
export async function accessible(page: Page, what: string) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`)
  expect(told, what).toEqual([])
}

/** How far the page is wider than its window; and what sticks out of it. */
export const overflow = (page: Page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const scrolls = [document.documentElement, ...document.querySelectorAll('main, header, footer, .window')]
    if (scrolls.every((one) => one.scrollWidth <= one.clientWidth)) return []
    return [...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > width + 0.5)
      .map((one) => `${one.tagName} ${one.className} ${one.textContent?.slice(0, 40)}`)
  })

const WINDOW = { width: 420, height: 760 }

/** How far the page itself is higher than its window: only what is inside it may scroll. */
const tooHigh = (page: Page) => page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight)

/** No wider than its window: narrow, at 200 % (a window of 720 pixels shows 360), and with letters twice the size. */
async function fits(page: Page, what: string) {
  await page.setViewportSize({ width: 360, height: 640 })
  expect(await overflow(page), `${what} at 360 px`).toEqual([])
  await page.setViewportSize({ width: 320, height: 512 })
  expect(await overflow(page), `${what} at 320 px`).toEqual([])
  // At 200 % the usual window shows a quarter of itself; the title stands there whole.
  await page.setViewportSize({ width: 210, height: 326 })
  expect(await overflow(page), `${what} at 200 %`).toEqual([])
  expect(await tooHigh(page), `${what} at 200 %, too high by`).toBe(0)
  await page.setViewportSize(WINDOW)
  await page.evaluate(() => (document.documentElement.style.fontSize = '200%'))
  expect(await overflow(page), `${what} with letters twice the size`).toEqual([])
  await page.evaluate(() => (document.documentElement.style.fontSize = ''))
}

/** Looks at a screen as it stands: with axe, narrow and large, and leaves a picture. */
export async function lookAt(page: Page, { locale, theme }: Look, name: string) {
  const what = `${name}, ${locale}, ${theme}`
  await mkdir(PICTURES, { recursive: true })
  // A picture taken before the first frame would be empty.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  await page.screenshot({ path: `${PICTURES}/${name}.${locale}.${theme}.png` })
  expect(await tooHigh(page), `${what}, too high by`).toBe(0)
  await accessible(page, what)
  // Colours do not change widths.
  if (theme === 'light') await fits(page, what)
}
