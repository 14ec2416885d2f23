import type { Page } from '@playwright/test'

/** Holds what the window asks of the application by this command until it is let go. */
export async function hold(page: Page, command: string): Promise<{ asked: () => Promise<unknown>; letGo: () => void }> {
  let letGo = () => {}
  const gone = new Promise<void>((resolve) => (letGo = resolve))
  await page.route(`**/command/${command}`, async (route) => {
    await gone
    await route.continue()
  })
  return { asked: () => page.waitForRequest(`**/command/${command}`), letGo }
}
