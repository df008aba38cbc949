import type { Page } from 'playwright-core'
import { goTo } from '../test/support/console-page.ts'

const ROWS = 10_000
const STEPS = 120
const STEP_PX = 2400

/** Rollouts that never were: the page is given them all at once. */
const rows = Array.from({ length: ROWS }, (_, index) => ({
  id: `rol_${index.toString(16).padStart(16, '0')}`,
  plugin: `@bench/plugin-${index}`,
  kind: 'plugin',
  from: '1.0.0',
  to: '1.1.0',
  state: 'completed',
  step: 0,
  steps: [{ weightBp: 10_000, hold: {} }],
  updatedAt: new Date(index).toISOString(),
}))

/** @returns how long the frames took in which a table of 10,000 rows is scrolled */
export async function scrolledRows(
  page: Page,
): Promise<{ readonly shownMs: number; readonly longestMs: number; readonly fps: number }> {
  const route = '**/v1/rollouts?*'
  await page.route(route, (asked) => asked.fulfill({ json: { items: rows } }))
  const before = performance.now()
  await goTo(page, '/rollouts')
  await page.getByText('@bench/plugin-0 ').first().waitFor()
  const shownMs = performance.now() - before
  const frames = await page.evaluate<number[]>(`new Promise((resolve) => {
    const inner = document.querySelector('.ant-table-tbody-virtual-holder')
    const scrolled = inner ?? document.scrollingElement
    const frames = []
    let last
    const next = (now) => {
      if (last !== undefined) frames.push(now - last)
      last = now
      if (frames.length === ${STEPS}) return resolve(frames)
      if (inner === null) scrolled.scrollTop += ${STEP_PX}
      else inner.dispatchEvent(new WheelEvent('wheel', { deltaY: ${STEP_PX}, bubbles: true, cancelable: true }))
      requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })`)
  await page.unroute(route)
  const all = frames.reduce((sum, one) => sum + one, 0)
  return { shownMs, longestMs: Math.max(...frames), fps: (1000 * frames.length) / all }
}
