import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { startChromium, withoutChromium } from '../test/support/chromium.ts'
import { openConsoleCompany, tenant } from '../test/support/console-company.ts'
import { crawl, violationsInBoth } from '../test/support/console-crawl.ts'
import { goTo, openConsole, type Viewer } from '../test/support/console-page.ts'
import type { HostProcess } from '../test/support/host-process.ts'
import { Teardowns } from '../test/support/own-server-host.ts'
import { probe } from '../test/support/probe.ts'
import { type Load, measuredLoad } from './console-load.ts'
import { scrolledRows } from './console-scroll.ts'
import { quantile } from './quantile.ts'

const root = join(import.meta.dirname, '../..')
const LOADS = 5
const MOVES = 5
const wanted = process.env['BENCH_PARTS']?.split(',')

type Figures = Readonly<Record<string, unknown>>
type Part = (browser: Browser, host: HostProcess) => Promise<Figures>

/** Parts by name; `BENCH_PARTS=load,lag` runs just these. */
const parts: Readonly<Record<string, Part>> = {
  load: loadFigures,
  lag: lagFigures,
  rows: rowFigures,
  axe: axeFigures,
  journeys: journeyFigures,
}

/** The console as who opens it meets it: what is sent, how soon it can be used, and whether all can read it. */
export async function run(): Promise<Figures> {
  if (withoutChromium !== false) {
    process.stderr.write(`skipped: ${withoutChromium}\n`)
    return {}
  }
  const teardowns = new Teardowns()
  try {
    const host = await openConsoleCompany(teardowns)
    const browser = await startChromium(teardowns)
    const figures: Record<string, unknown> = {}
    for (const [name, part] of Object.entries(parts)) {
      if (wanted !== undefined && !wanted.includes(name)) continue
      process.stderr.write(`${name} …\n`)
      Object.assign(figures, await part(browser, host))
    }
    return figures
  } finally {
    await teardowns.run()
  }
}

/** Of the first page, each time by a browser that was never here. */
async function loadFigures(browser: Browser, host: HostProcess): Promise<Figures> {
  const loads: Load[] = []
  for (let load = 0; load < LOADS; load++) {
    const { page } = await openConsole(browser, { url: host.url, as: 'operator' })
    loads.push(await measuredLoad(page, `${host.url}/console?tenant=${tenant}`))
    await page.context().close()
  }
  const median = (of: (load: Load) => number) => quantile(loads.map(of), 0.5)
  return {
    first_load_kb_gz: Math.round(median(({ bytes }) => bytes) / 100) / 10,
    interactive_ms: Math.round(median(({ interactiveMs }) => interactiveMs)),
    fcp_ms: Math.round(median(({ fcpMs }) => fcpMs)),
    lcp_ms: Math.round(median(({ lcpMs }) => lcpMs)),
    tbt_ms: Math.round(median(({ tbtMs }) => tbtMs)),
    cls: Math.round(median(({ cls }) => cls) * 1000) / 1000,
  }
}

/** From the move, as the host dates it, to the word on the page of the rollout. */
async function lagFigures(browser: Browser, host: HostProcess): Promise<Figures> {
  const { page } = await openConsole(browser, { url: host.url, as: 'operator' })
  const lags: number[] = []
  for (let move = 0; move < MOVES; move++) lags.push(await shownAfter(page, host))
  await page.context().close()
  return { rollout_lag_ms: Math.round(Math.max(...lags)) }
}

async function shownAfter(page: Page, { client }: HostProcess): Promise<number> {
  const steps = [
    { weightBp: 100, hold: { durationMs: 3_600_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin: probe, version: '1.1.0', steps }
  const { id } = await client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await client.request('POST', `/v1/rollouts/${id}/start`, {})
  await goTo(page, `/rollouts/${id}`)
  await page.locator('.page-head .tag', { hasText: 'running' }).waitFor()
  const shown = page.evaluate<number>(`new Promise((resolve) => {
    new MutationObserver(() => {
      if (document.querySelector('.page-head .tag')?.textContent === 'aborted') resolve(Date.now())
    }).observe(document.body, { childList: true, subtree: true, characterData: true })
  })`)
  // Whatever the page is asked next, it has begun to look.
  await page.evaluate('0')
  const { transitions } = await client.request<{ transitions: { at: string }[] }>(
    'POST',
    `/v1/rollouts/${id}/abort`,
    {},
  )
  return (await shown) - Date.parse(transitions.at(-1)?.at ?? '')
}

async function rowFigures(browser: Browser, host: HostProcess): Promise<Figures> {
  const { page } = await openConsole(browser, { url: host.url, as: 'operator' })
  const { shownMs, longestMs, fps } = await scrolledRows(page)
  await page.context().close()
  return {
    rows_10k_fps: Math.round(fps),
    rows_10k_longest_frame_ms: Math.round(longestMs),
    rows_10k_shown_ms: Math.round(shownMs),
  }
}

async function axeFigures(browser: Browser, host: HostProcess): Promise<Figures> {
  const viewers: Viewer[] = ['operator', { tenant, login: 'ann' }]
  const broken: string[] = []
  let pages = 0
  for (const as of viewers) {
    for (const locale of ['en-GB', 'zh-CN'] as const) {
      const { page } = await openConsole(browser, { url: host.url, as, locale })
      const query = as === 'operator' ? `?tenant=${tenant}` : ''
      const seen = await crawl(page, query, async (path) => {
        broken.push(...(await violationsInBoth(page, path)))
      })
      pages += seen.length
      await page.context().close()
    }
  }
  for (const line of broken) process.stderr.write(`${line}\n`)
  return { axe_violations: broken.length, axe_pages: pages }
}

/** Each file of journeys as `npm test` runs it. */
async function journeyFigures(): Promise<Figures> {
  const files = globSync('core/test/e2e/console-*.test.ts', { cwd: root }).sort()
  const failed: string[] = []
  for (const file of files) if ((await codeOf(file)) !== 0) failed.push(file)
  for (const file of failed) process.stderr.write(`failed: ${file}\n`)
  return { journeys: files.length, journeys_failed: failed.length }
}

function codeOf(file: string): Promise<number | null> {
  const child = spawn(process.execPath, ['core/scripts/run-tests.ts', file], {
    cwd: root,
    stdio: 'ignore',
  })
  return new Promise((resolve) => child.once('close', resolve))
}
