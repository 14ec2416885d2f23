import type { Page } from '@playwright/test'
import { PICTURES } from './support/program.ts'
import { openSample } from './support/samples.ts'
import { accessible, LOOKS, lookAt, type Look } from './support/screens.ts'
import { expect, test } from './support/test.ts'

// The client's side as it can stand, from the window's own samples: an application behind them would only be slower.
const HERO = 'consultation/0198f1a0-0000-7000-8000-000000000001'
const STATES: [sample: string, screen: string][] = [
  ['clients', ''],
  ['clients', HERO],
  ['door', ''],
  ['door', HERO],
  ['answered', ''],
  ['answered', HERO],
  ['cannot', ''],
  ['late', ''],
  ['late', HERO],
  ['client_long', ''],
  ['client_long', HERO],
  ['client_hidden', ''],
  ['client_hidden', HERO],
  ['client_cut', HERO],
  ['clients', 'new'],
  ['clients', 'settings'],
  ['unbound', 'settings'],
  ['binding', 'settings'],
  ['unconfirmed', 'settings'],
  ['next_chat', 'settings'],
  ['blocked', 'settings'],
  ['botless', 'settings'],
  ['botless', ''],
  ['names', 'settings'],
  ['client_long', 'settings'],
]
/** Consultations of the list: a delivery that failed, one under way, by mail, without a contact, unsent. */
const LISTED = ['failed', 'sending', 'mail', 'nobody', 'long', 'unsent']

/** The longest words in the most colours: in these the other languages and themes would differ first. */
const EVERYWHERE = ['clients at today', `clients at ${HERO}`, `client_long at ${HERO}`, 'clients at settings', 'clients at new']

async function look(page: Page, as: Look, name: string) {
  await lookAt(page, as, name)
  await page.setViewportSize({ width: 420, height: 2000 })
  await page.screenshot({ path: `${PICTURES}/${name}-whole.${as.locale}.${as.theme}.png` })
  await page.setViewportSize({ width: 360, height: 1400 })
  await page.screenshot({ path: `${PICTURES}/${name}-360.${as.locale}.${as.theme}.png` })
  await page.setViewportSize({ width: 210, height: 1400 })
  await page.screenshot({ path: `${PICTURES}/${name}-200.${as.locale}.${as.theme}.png` })
}

/** Menus come after the first sight. */
const settled = (page: Page) => expect(page.locator('.menu-trigger[disabled]')).toHaveCount(0)

for (const [number, as] of LOOKS.entries()) {
  const { locale, theme } = as
  test.describe(`${locale}, ${theme}`, () => {
    test.use({ locale: locale === 'ru' ? 'ru-RU' : 'en-GB', colorScheme: theme })

    for (const [sample, screen] of STATES) {
      const state = `${sample} at ${screen || 'today'}`
      // All states in one look: Russian, whose words are the longer ones.
      if (number > 0 && !EVERYWHERE.includes(state)) continue
      test(state, async ({ page }) => {
        await openSample(page, sample, screen, as)
        await settled(page)
        if (screen === HERO && !['client_hidden', 'client_cut'].includes(sample)) await expect(page.getByRole('log')).toBeVisible()
        if (screen === 'new') await page.getByRole('button', { name: locale === 'ru' ? /^Связь с клиентом/ : /^Reaching the client/ }).click()
        await look(page, as, `client-${sample}-${screen.split('/')[0] || 'today'}`)
      })
    }

    if (number > 0) return

    for (const [index, what] of LISTED.entries()) {
      test(`${what}, opened from the list`, async ({ page }) => {
        await openSample(page, 'clients', '', as)
        await page.locator('.days a.to').nth(index + 1).click()
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('Консультация')
        await settled(page)
        await look(page, as, `client-listed-${what}`)
      })
    }

    test('menus and questions', async ({ page }) => {
      await openSample(page, 'clients', HERO, as)
      await settled(page)
      const shot = async (name: string) => {
        await accessible(page, name)
        await page.screenshot({ path: `${PICTURES}/client-${name}.${locale}.${theme}.png` })
        await page.keyboard.press('Escape')
      }
      await page.getByRole('button', { name: 'Другие ответы' }).click()
      await shot('menu-answers')
      await page.getByRole('button', { name: 'Другим способом' }).first().click()
      await shot('menu-ways')
      await page.getByRole('button', { name: 'Ещё о ссылке' }).click()
      await expect(page.getByRole('menuitem', { name: /Сменить ссылку/ })).toBeVisible()
      await page.getByRole('menuitem', { name: /Сменить ссылку/ }).click()
      await shot('question-renew')
    })
  })
}
