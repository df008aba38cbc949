import type { Page } from 'playwright-core'
import { arrived } from '../test/support/console-page.ts'

/** Of a phone against this machine; what Lighthouse takes. */
const THROTTLE = 4
/** So long without a long task, a page is at rest. */
const QUIET_MS = 1000
const GIVE_UP_MS = 30_000

/** The policy of the page lets no text become a function, so that the page looks by itself. */
const AT_REST = `new Promise((resolve, reject) => {
  const look = () => {
    const now = performance.now()
    if (seen.fcp > 0 && now > Math.max(seen.ready, seen.lastTask) + ${QUIET_MS}) resolve(seen)
    else if (now > ${GIVE_UP_MS}) reject(new Error('the page never rests'))
    else setTimeout(look, 50)
  }
  look()
})`

export interface Load {
  /** Of the page and all that is loaded with it, heads of answers too; what is asked of the API is not. */
  readonly bytes: number
  /** When the first heading is there, and no task of more than 50 ms runs or follows. */
  readonly interactiveMs: number
  readonly fcpMs: number
  readonly lcpMs: number
  readonly tbtMs: number
  readonly cls: number
}

/** Put in before the page: https://web.dev/articles/vitals-measurement-getting-started */
const OBSERVER = `globalThis.seen = { fcp: 0, lcp: 0, tbt: 0, cls: 0, ready: 0, lastTask: 0 }
const watch = (type, told) => new PerformanceObserver((list) => list.getEntries().forEach(told)).observe({ type, buffered: true })
watch('paint', (one) => { if (one.name === 'first-contentful-paint') seen.fcp = one.startTime })
watch('largest-contentful-paint', (one) => { seen.lcp = one.startTime })
watch('layout-shift', (one) => { if (!one.hadRecentInput) seen.cls += one.value })
watch('longtask', (one) => { seen.tbt += one.duration - 50; seen.lastTask = one.startTime + one.duration })
const found = new MutationObserver(() => {
  if (document.querySelector('main h1') === null) return
  seen.ready = performance.now()
  found.disconnect()
})
found.observe(document, { childList: true, subtree: true })`

/** Loads an address as who has never been there, at a quarter of the speed. */
export async function measuredLoad(page: Page, url: string): Promise<Load> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  await session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE })
  const urls = new Map<string, string>()
  let bytes = 0
  session.on('Network.responseReceived', ({ requestId, response }) =>
    urls.set(requestId, response.url),
  )
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const { pathname } = new URL(urls.get(requestId) ?? url)
    if (!pathname.startsWith('/v1/')) bytes += encodedDataLength
  })
  await page.addInitScript(OBSERVER)
  await page.goto(url)
  await arrived(page)
  const seen = await page.evaluate<Record<string, number>>(AT_REST)
  const of = (name: string) => seen[name] ?? 0
  // A task before the heading is in its time already; one that begins behind it, within the quiet, is not.
  const interactiveMs = Math.max(of('ready'), of('fcp'), of('lastTask'))
  return {
    bytes,
    interactiveMs,
    ...{ fcpMs: of('fcp'), lcpMs: of('lcp'), tbtMs: of('tbt'), cls: of('cls') },
  }
}
