import type { Company } from '../../test/support/company.ts'
import { SeededRandom } from '../seeded-random.ts'
import { runBatch } from './run-batch.ts'

const ROWS = 400
/** Requests at once: while one is read and written, the other computes. */
const AT_ONCE = 2

/**
 * Full re-fits of monthly series of six to ten years through the batch lanes: the whole default with its back-test and
 * quantiles, of series with a level, a trend, a season and noise of their own.
 */
export async function refitSeconds(
  company: Company,
  count: number,
): Promise<Readonly<Record<string, unknown>>> {
  const series = Array.from({ length: count }, (_, index) => monthlySeries(index))
  const starts = Array.from({ length: Math.ceil(count / ROWS) }, (_, index) => index * ROWS)
  const before = performance.now()
  let answered = 0
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (;;) {
        const from = starts.shift()
        if (from === undefined) return
        const part = series.slice(from, from + ROWS)
        const values = await runBatch(company, '@signalbox/inventory-forecast', 'forecast_series', [
          part,
          part.map(() => 12),
          part.map(() => 12),
        ])
        answered += values.filter((value) => value !== null).length
      }
    }),
  )
  const seconds = (performance.now() - before) / 1000
  if (answered !== count) throw new Error(`${answered} of ${count} series were forecast`)
  return {
    refit_series: count,
    refit_s: Math.round(seconds * 10) / 10,
    refit_10k_s: Math.round(((seconds * 10_000) / count) * 10) / 10,
  }
}

function monthlySeries(seed: number): readonly number[] {
  const random = new SeededRandom(`series ${seed}`)
  const months = 72 + Math.floor(random.next() * 49)
  const level = 50 + 950 * random.next()
  const growth = (random.next() - 0.4) * 0.01
  const season = random.next() < 0.7 ? 0.35 * random.next() : 0
  const phase = random.next() * 12
  const noise = 0.03 + 0.2 * random.next()
  return Array.from({ length: months }, (_, month) => {
    const wave = 1 + season * Math.sin((2 * Math.PI * (month + phase)) / 12)
    const value = level * (1 + growth * month) * wave * (1 + noise * (random.next() - 0.5) * 2)
    return Math.max(0, Math.round(value * 10) / 10)
  })
}
