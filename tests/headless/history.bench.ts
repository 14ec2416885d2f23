import { join } from 'node:path'
import { fill } from './support/history.ts'
import { SharedBackend } from './support/shared-backend.ts'
import { expect, test, type Page } from './support/test.ts'

const MANY = 10_000
const QUERIES = ['olga', 'maria k. 99', 'konsultaciya', '2026', 'diary', 'dmitry lebedev 4']

const figures = (times: number[]) => {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (part: number) => (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(1)
  return `least ${at(0)}, p50 ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)} ms of ${sorted.length}`
}

/** Milliseconds that the page's own thread has worked: waiting for a core, on a busy machine, is not in it. */
async function worked(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
  }
}

test('ten thousand: a key to its result, and a scroll', async ({ start, page, folder }) => {
  const backend = await SharedBackend.start(join(folder, 'practice'))
  const token = await backend.token('Elena')
  await fill(backend, token, MANY)
  const host = await start({ now: 'real', backend: { url: backend.url, token } })
  await host.settle()
  const sought = { text: '', state: null, kind: null, from: null, to: null }
  await expect
    .poll(async () => (await host.call('search', { sought, offset: 0, limit: 1 })).total, { timeout: 60_000 })
    .toBe(MANY)

  const asked: number[] = []
  for (const text of QUERIES.flatMap((query) => [...query].map((_, length) => query.slice(0, length + 1)))) {
    const from = performance.now()
    await host.call('search', { sought: { ...sought, text }, offset: 0, limit: 50 })
    asked.push(performance.now() - from)
  }
  console.log(`command, over HTTP: ${figures(asked)}`)

  await page.goto(`${host.url}/#/search`)
  await expect(page.getByRole('main').getByRole('status')).toHaveText('10,000 consultations')
  // From the key's event until the answer to this very text has been laid out in the page.
  await page.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>('input[type=search]')
    const list = document.querySelector('main .column') as HTMLElement
    const page = window as unknown as { keys: number[]; open: number }
    page.keys = []
    page.open = 0
    const fetched = window.fetch
    window.fetch = async (...args) => {
      const answer = await fetched(...args)
      const json = answer.json.bind(answer)
      answer.json = async () => {
        const body: unknown = await json()
        const from = page.open
        // The answer is drawn by the microtasks that follow; reading a length makes the page lay it out.
        setTimeout(() => {
          if (from !== page.open || !from) return
          void list.offsetHeight
          page.keys.push(performance.now() - from)
          page.open = 0
        })
        return body
      }
      return answer
    }
    field?.addEventListener('input', () => (page.open = performance.now()), { capture: true })
  })
  const field = page.getByRole('searchbox')
  const settled = () => page.waitForFunction(() => (window as unknown as { open: number }).open === 0)
  const work = await worked(page)
  let before = await work()
  for (const query of QUERIES) {
    await field.focus()
    for (const key of query) {
      await page.keyboard.type(key)
      await settled()
    }
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await settled()
  }
  const keys = await page.evaluate(() => (window as unknown as { keys: number[] }).keys)
  console.log(`key to drawn result: ${figures(keys)}; the page worked ${((await work() - before) / keys.length).toFixed(1)} ms for each`)

  before = await work()
  // As fast as a wheel goes: 120 pixels each frame, two thousand rows long.
  const frames = await page.evaluate(async () => {
    const main = document.querySelector('main') as HTMLElement
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
    const long: number[] = []
    const times: number[] = []
    const watch = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)))
    watch.observe({ type: 'longtask' })
    let [last, empty] = [await frame(), 0]
    for (let step = 0; step < 1_000; step++) {
      main.scrollTop += 120
      const now = await frame()
      times.push(now - last)
      last = now
      const box = main.getBoundingClientRect()
      const seen = [...main.querySelectorAll('li[data-row]')].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect()
        return bottom > box.top && top < box.bottom
      })
      if (seen.some((row) => !row.firstElementChild)) empty++
    }
    watch.disconnect()
    return { times, long, empty }
  })
  console.log(`frames of a scroll: ${figures(frames.times)}; tasks over 50 ms: ${frames.long.length}; frames with an empty row: ${frames.empty}`)
  console.log(`the page worked ${((await work() - before) / frames.times.length).toFixed(1)} ms for each frame`)
  await backend.stop()
})
