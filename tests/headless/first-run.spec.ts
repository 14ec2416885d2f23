import { expect, test } from './support/test.ts'

test('three questions stand before the first day, and their answers are kept', async ({ start, page }) => {
  const host = await start()
  await page.goto(host.url)

  await expect(page.getByRole('heading', { name: 'Which language shall we speak?' })).toBeVisible()
  await page.getByRole('radio', { name: 'English' }).check()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByLabel('Your name').fill('Elena Sokolova')
  await page.getByLabel('Your name').press('Enter')
  await page.getByLabel('Server address').fill('https://meet.example.org')
  await page.getByRole('button', { name: 'Done' }).click()

  await expect(page.getByRole('heading', { name: 'No consultations yet' })).toBeVisible()
  const { settings, connections, first_run } = await host.state()
  expect(first_run).toBe(false)
  expect(settings).toMatchObject({ language: 'en', specialist_name: 'Elena Sokolova' })
  expect(connections).toMatchObject([{ provider: 'jitsi', values: { base_url: 'https://meet.example.org' } }])
})

test('each question can be skipped, and nothing is asked again', async ({ start, page }) => {
  const host = await start()
  await page.goto(host.url)
  for (const question of ['Which language shall we speak?', 'What is your name?', 'Where do you meet clients?']) {
    await expect(page.getByRole('heading', { name: question })).toBeVisible()
    await page.getByRole('button', { name: 'Skip' }).click()
  }
  await expect(page.getByRole('heading', { name: 'No consultations yet' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'No consultations yet' })).toBeVisible()
  const { settings, connections } = await host.state()
  expect(settings).toMatchObject({ language: 'system', specialist_name: '' })
  expect(connections).toEqual([])
})

test('the words follow the chosen language at once', async ({ start, page }) => {
  const host = await start()
  await page.goto(host.url)
  await page.getByRole('radio', { name: 'Русский' }).check()
  await expect(page.getByRole('heading', { name: 'На каком языке говорить?' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru')
  await page.getByRole('button', { name: 'Дальше' }).click()
  await page.getByRole('button', { name: 'Пропустить' }).click()
  await page.getByRole('button', { name: 'Пропустить' }).click()
  await expect(page.getByRole('heading', { name: 'Консультаций пока нет' })).toBeVisible()
})

test('an address that is none is refused under its field, and stays typed', async ({ start, page }) => {
  const host = await start()
  await page.goto(host.url)
  await page.getByRole('button', { name: 'Skip' }).click()
  await page.getByRole('button', { name: 'Skip' }).click()
  const address = page.getByLabel('Server address')
  await address.fill('meet example org')
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByText('This is not an address that works.')).toBeVisible()
  await expect(address).toHaveValue('meet example org')
  await expect(address).toHaveAttribute('aria-invalid', 'true')
  await page.getByRole('button', { name: 'Skip' }).click()
  await expect(page.getByRole('heading', { name: 'No consultations yet' })).toBeVisible()
})
