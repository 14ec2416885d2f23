import { expect, group, hero, test, toast } from './support/test.ts'

test('a consultation is made with its link, copied, and listed today', async ({ host, page }) => {
  await page.getByRole('link', { name: 'New consultation' }).click()
  await page.getByLabel('Client', { exact: true }).fill('Maria K.')
  await page.getByLabel('Time').fill('15.30')
  await expect(page.getByText('until 16:20')).toBeVisible()
  const link = page.getByLabel('Client’s link')
  await expect(link).toHaveText(/^meet\.example\.org\/konsultaciya-23nov-[a-z0-9]{12}$/)
  const shown = await link.textContent()
  await page.getByRole('button', { name: 'Create and copy link' }).click()

  await expect(toast(page, 'Consultation created, link copied')).toBeVisible()
  await expect(hero(page)).toContainText('Maria K.')
  await expect(hero(page)).toContainText('15:30–16:20')
  expect(await host.clipboard()).toBe(`https://${shown}`)
  expect((await host.state()).hero).toMatchObject({ link: `https://${shown}`, minutes: 50, provider: 'jitsi' })
})

test('the second consultation of the day stands under the first', async ({ host, page }) => {
  await host.plan()
  await host.plan({ client: 'Dmitry L.', time: '15:30' })
  await host.plan({ client: 'Anna B.', date: '2026-11-24', time: '09:00' })
  await expect(hero(page)).toContainText('Maria K.')
  await expect(group(page, 'Later today').getByRole('listitem')).toHaveText(/15:30.*Dmitry L\./s)
  await expect(group(page, 'Tomorrow, 24 November').getByRole('listitem')).toHaveText(/09:00.*Anna B\./s)
})
