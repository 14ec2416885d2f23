import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { expect, test, WORDS } from './support/clients.ts'

const OPENED = 7
const FIGURES = fileURLToPath(new URL('../../out/bench', import.meta.url))
/** Chromium's slow 3G as bytes a second and milliseconds, and a phone of some years ago. */
const NETWORK = { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 }
const CPU = 4

/** What one opening took, in milliseconds since it began, and how many bytes came for it. */
interface Opening {
  shown: number
  live: number
  known: number
  bytes: Record<string, number>
}

/** Writes down in the page when its script has drawn it, and when the first heartbeat was answered. */
function watch() {
  const marks = window as unknown as { live?: number; known?: number }
  new MutationObserver((_, observer) => {
    if (!document.querySelector('main.page [role=timer]')) return
    // Drawn, not only there.
    requestAnimationFrame(() => setTimeout(() => (marks.live = performance.now())))
    observer.disconnect()
  }).observe(document, { childList: true, subtree: true })
  const fetched = window.fetch
  window.fetch = async (...args) => {
    const answer = await fetched(...args)
    if (String(args[0]).endsWith('/here')) marks.known ??= performance.now()
    return answer
  }
}

async function opened(page: Page, link: string, slow: boolean): Promise<Opening> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  if (slow) {
    await session.send('Network.emulateNetworkConditions', NETWORK)
    await session.send('Emulation.setCPUThrottlingRate', { rate: CPU })
  }
  const kinds = new Map<string, string>()
  const bytes: Record<string, number> = {}
  session.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId) ?? ''
    bytes[kind] = (bytes[kind] ?? 0) + encodedDataLength
  })
  await page.addInitScript(watch)
  await page.goto(link)
  await page.waitForFunction(() => (window as unknown as { known?: number }).known !== undefined)
  const times = await page.evaluate(() => {
    const { live, known } = window as unknown as { live: number; known: number }
    // The first thing painted has the time in it: it stands in the document itself.
    const shown = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN
    return { shown, live, known }
  })
  return { ...times, bytes }
}

test('the page on a slow network', async ({ begin, copied, client }) => {
  await begin()
  const link = await copied()
  const all: Record<'slow' | 'quick', Opening[]> = { slow: [], quick: [] }
  for (let time = 0; time < OPENED; time++) {
    for (const network of ['slow', 'quick'] as const) {
      const { page } = await client('en')
      all[network].push(await opened(page, link, network === 'slow'))
      await expect(page.getByRole('heading', { name: WORDS.en.soon })).toBeVisible()
      await page.close()
    }
  }

  const median = (of: (opening: Opening) => number) =>
    Object.values(all).map((openings) => {
      const sorted = openings.map(of).toSorted((one, other) => one - other)
      const [least, middle, most] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)] as [number, number, number]
      return `${(middle / 1000).toFixed(2)} s (${(least / 1000).toFixed(2)} to ${(most / 1000).toFixed(2)})`
    })
  const size = (...kinds: string[]) => `${(kinds.reduce((sum, kind) => sum + (all.slow[0]?.bytes[kind] ?? 0), 0) / 1000).toFixed(1)} kB`
  const rows = [
    ['the time of the consultation painted', ...median(({ shown }) => shown)],
    ['the live page painted, with its countdown', ...median(({ live }) => live)],
    ['“I am here” answered', ...median(({ known }) => known)],
    ['over the wire, response heads included', size('Document', 'Script'), 'the same'],
    ['of it document, script', ['Document', 'Script'].map((kind) => size(kind)).join(', '), 'the same'],
  ]
  const table = [
    '| What | slow 3G, CPU four times slower | neither |',
    '|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n')
  console.log(table)
  await mkdir(FIGURES, { recursive: true })
  await writeFile(`${FIGURES}/page.md`, `${table}\n`)
})
