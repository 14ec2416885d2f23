import { PICTURES } from './support/program.ts'
import { openSample } from './support/samples.ts'
import { LOOKS, lookAt } from './support/screens.ts'
import { expect, test } from './support/test.ts'

// Accounts and calendars as they can stand, from the window's own samples: an application behind them would only be slower.
const STATES: [sample: string, screen: string][] = [
  ['unconnected', 'connections'],
  ['unconnected', 'connection/telemost'],
  ['unconnected', 'connection/bitrix24'],
  ['given', 'connection/telemost'],
  ['given', 'connection/bitrix24'],
  ['signing', 'connection/telemost'],
  ['code', 'connection/telemost'],
  ['finishing', 'connection/telemost'],
  ['denied', 'connection/telemost'],
  ['connected', 'connection/telemost'],
  ['personal', 'connection/telemost'],
  ['signed_out', ''],
  ['signed_out', 'connections'],
  ['signed_out', 'connection/telemost'],
  ['signed_out', 'connection/bitrix24'],
  ['choosing', 'connection/bitrix24'],
  ['conflict', ''],
  ['conflict', 'connection/bitrix24'],
]

/** The longest words in the most colours: in these the other languages and themes would differ first. */
const EVERYWHERE = ['signed_out at today', 'connected at connection/telemost', 'conflict at connection/bitrix24']

for (const [number, look] of LOOKS.entries()) {
  const { locale, theme } = look
  test.describe(`${locale}, ${theme}`, () => {
    test.use({ locale: locale === 'ru' ? 'ru-RU' : 'en-GB', colorScheme: theme })

    for (const [sample, screen] of STATES) {
      const state = `${sample} at ${screen || 'today'}`
      // All states in one look: Russian, whose words are the longer ones.
      if (number > 0 && !EVERYWHERE.includes(state)) continue
      test(state, async ({ page }) => {
        await openSample(page, sample, screen, look)
        if (screen.endsWith('bitrix24') && ['choosing', 'conflict', 'signed_out'].includes(sample)) await expect(page.getByRole('radio').nth(2)).toBeVisible()
        const name = `account-${sample}-${screen.replace('/', '-') || 'today'}`
        await lookAt(page, look, name)
        await page.setViewportSize({ width: 420, height: 1300 })
        await page.screenshot({ path: `${PICTURES}/${name}-whole.${locale}.${theme}.png` })
      })
    }
  })
}
