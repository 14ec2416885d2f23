import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { defineConfig } from '@playwright/test'

/** The system's browser; without one Playwright's own. */
const chrome = spawnSync(fileURLToPath(new URL('../browser', import.meta.url)), { encoding: 'utf8' }).stdout.trim()

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../out/headless',
  // Each test has its own application, backend and data folder, so any two can run side by side.
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    timezoneId: 'Europe/Moscow',
    colorScheme: 'light',
    viewport: { width: 420, height: 760 },
    // Otherwise a picture or a check may fall into a transition.
    contextOptions: { reducedMotion: 'reduce' },
    actionTimeout: 10_000,
    screenshot: 'only-on-failure',
    // A trace of every test costs more than the tests; `--trace on` makes one of a test that fails.
    launchOptions: {
      executablePath: chrome || undefined,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
