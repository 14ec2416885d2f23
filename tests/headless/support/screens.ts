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

async function violations(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`)
}

/** Everybody's rules of WCAG 2.2 AA and what the authors of axe call good practice. */
export const accessible = (page: Page, what: string) => expect.poll(() => violations(page), what).toEqual([])

/**
 * After the next frame was drawn. A picture taken before the first one would be empty; and what stands over the page,
 * a month or a menu, takes its place only after the window has its new size, at times some frames later. Widths and
 * heights are therefore polled too.
 */
const drawn = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))

/** How far the page is wider than its window; and what sticks out of it. */
const overflow = (page: Page) =>
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
  const holds = async (where: string) => {
    await drawn(page)
    await expect.poll(() => overflow(page), `${what} ${where}`).toEqual([])
  }
  await page.setViewportSize({ width: 360, height: 640 })
  await holds('at 360 px')
  await page.setViewportSize({ width: 320, height: 512 })
  await holds('at 320 px')
  // At 200 % the usual window shows a quarter of itself; the title stands there whole.
  await page.setViewportSize({ width: 210, height: 326 })
  await holds('at 200 %')
  await expect.poll(() => tooHigh(page), `${what} at 200 %, too high by`).toBe(0)
  await page.setViewportSize(WINDOW)
  await page.evaluate(() => (document.documentElement.style.fontSize = '200%'))
  await holds('with letters twice the size')
  await page.evaluate(() => (document.documentElement.style.fontSize = ''))
}

/** Looks at a screen as it stands: with axe, narrow and large, and leaves a picture. */
export async function lookAt(page: Page, { locale, theme }: Look, name: string) {
  const what = `${name}, ${locale}, ${theme}`
  await mkdir(PICTURES, { recursive: true })
  await drawn(page)
  await page.screenshot({ path: `${PICTURES}/${name}.${locale}.${theme}.png` })
  await expect.poll(() => tooHigh(page), `${what}, too high by`).toBe(0)
  await accessible(page, what)
  // Colours do not change widths.
  if (theme === 'light') await fits(page, what)
}
