import { liveTo, MORNING } from './support/day.ts'
import { PICTURES } from './support/program.ts'
import { LOOKS, lookAt } from './support/screens.ts'
import { SharedBackend } from './support/shared-backend.ts'
import { expect, hero, test } from './support/test.ts'

for (const look of LOOKS) {
  const { locale, theme } = look
  test.describe(`${locale}, ${theme}`, () => {
    // The README shows the English ones in light, so they are sharp.
    test.use({ locale: locale === 'ru' ? 'ru-RU' : 'en-GB', colorScheme: theme, deviceScaleFactor: locale === 'en' && theme === 'light' ? 2 : 1 })
    test.slow()

    const heading = { ru: { today: 'Сегодня' }, en: { today: 'Today' } }[locale]

    test('the first run', async ({ start, page }) => {
      const host = await start({ language: locale })
      await page.goto(host.url)
      for (const step of ['language', 'name', 'address']) {
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await lookAt(page, look, `first-run-${step}`)
        await page.locator('form button[type=submit]').click()
      }
      await expect(page.getByRole('heading', { level: 1, name: heading.today })).toBeVisible()
      await lookAt(page, look, 'today-empty')
      await page.goto(`${host.url}/#/new`)
      await lookAt(page, look, 'new-without-rooms')
    })

    test('the day', async ({ start, page }) => {
      const host = await start({ language: locale, now: MORNING })
      await host.settle()
      await page.goto(host.url)
      const { waited, asked, room, own } = await liveTo(host, locale)
      await expect(hero(page)).toHaveClass(/waiting/)
      await expect(hero(page).getByRole('listitem')).toHaveCount(2)
      await lookAt(page, look, 'today-waiting')
      await page.setViewportSize({ width: 900, height: 640 })
      await lookAt(page, look, 'today-wide')

      await page.goto(`${host.url}/#/consultation/${waited}`)
      await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible()
      await lookAt(page, look, 'consultation-waiting')
      await page.goto(`${host.url}/#/consultation/${asked}`)
      await expect(page.getByRole('group')).toBeVisible()
      await lookAt(page, look, 'consultation-asks')
      await page.goto(`${host.url}/#/change/${waited}`)
      await expect(page.locator('textarea')).toBeVisible()
      await lookAt(page, look, 'change')

      await page.goto(`${host.url}/#/search`)
      await page.getByRole('searchbox').fill('konsultaciya')
      await expect(page.getByRole('listitem')).toHaveCount(8)
      await lookAt(page, look, 'search')
      await page.getByRole('searchbox').fill('nobody!')
      await expect(page.getByRole('listitem')).toHaveCount(0)
      await lookAt(page, look, 'search-nothing')

      await host.call('set_hide_names', { on: true })
      await page.goto(`${host.url}/#/`)
      await expect(hero(page).locator('.hidden')).toBeVisible()
      await lookAt(page, look, 'today-hidden')
      await host.call('set_hide_names', { on: false })

      await host.call('join', { id: waited })
      await room.joins(room.someone(own))
      await expect(hero(page)).toHaveClass(/live/)
      await lookAt(page, look, 'today-in-session')
    })

    test('making one', async ({ start, page }) => {
      const host = await start({ language: locale })
      await host.settle()
      await page.goto(`${host.url}/#/new`)
      await expect(page.locator('output').first()).toHaveText(/konsultaciya/)
      await lookAt(page, look, 'new')
      const [, date, time] = await page.locator('form input.input').all()
      await date?.fill('?')
      await time?.fill('?')
      await page.locator('button[type=submit]').click()
      await expect(page.locator('[aria-invalid]')).toHaveCount(2)
      await lookAt(page, look, 'new-errors')
      await date?.fill('1')
      await page.locator('.pick').click()
      await expect(page.locator('.month-over')).toBeVisible()
      await lookAt(page, look, 'new-month')
      await page.keyboard.press('Escape')
      await time?.fill('15')
      await page.locator('button[type=submit]').click()
      await expect(page.locator('.toast')).toBeVisible()
      await lookAt(page, look, 'today-toast')
    })

    test('settings and connections', async ({ start, page }) => {
      const host = await start({ language: locale })
      await host.settle()
      await page.goto(`${host.url}/#/settings`)
      await expect(page.getByRole('switch').first()).toBeVisible()
      await lookAt(page, look, 'settings')
      await page.setViewportSize({ width: 420, height: 1900 })
      await page.screenshot({ path: `${PICTURES}/settings-whole.${locale}.${theme}.png` })
      await page.setViewportSize({ width: 420, height: 760 })

      await page.goto(`${host.url}/#/connections`)
      const shut = page.locator('.webhook button[aria-expanded]')
      await expect(shut).toBeVisible()
      await lookAt(page, look, 'connections')
      await shut.click()
      await expect(page.locator('pre')).toBeVisible()
      await page.locator('.line button').last().click()
      await expect(page.locator('form')).toBeVisible()
      await page.locator('form input').fill('ABCD-EFGH')
      await lookAt(page, look, 'connections-open')

      await page.goto(`${host.url}/#/connection/jitsi`)
      await expect(page.locator('form')).toBeVisible()
      await lookAt(page, look, 'connection')
      await page.locator('.end button').click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await lookAt(page, look, 'connection-dialog')
    })

    test('bad days', async ({ start, page, folder }) => {
      const shared = await SharedBackend.start(`${folder}/practice`)
      const host = await start({ language: locale, now: 'real', backend: { url: shared.url, token: await shared.token('Elena') } })
      await host.settle()
      await host.planNow({ client: locale === 'ru' ? 'Мария К.' : 'Maria K.' })
      await expect.poll(async () => (await host.state()).hero?.unsent).toBe(false)
      await shared.kill()
      await host.call('do_not_disturb', { minutes: 60, everything: false })
      await page.goto(host.url)
      await expect.poll(async () => (await host.state()).feed.state, { timeout: 40_000 }).toBe('offline')
      await expect(page.locator('.notices')).toContainText({ ru: 'Нет связи с сервером событий', en: 'No connection to the event server' }[locale])
      await lookAt(page, look, 'today-offline')
      await page.goto(`${host.url}/#/connections`)
      await expect(page.locator('.banner').first()).toBeVisible()
      await lookAt(page, look, 'connections-offline')
    })
  })
}
