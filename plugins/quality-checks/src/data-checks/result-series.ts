import { type Flag, flagRules } from '../spc/flag-rules.ts'
import type { CheckResult } from './results-store.ts'

/** Points that set the limits of an individuals chart (ISO 7870-2 asks for about so many). */
export const BASELINE = 20
/** The mean range of two neighbours is so many standard deviations (d2 of n = 2). */
const D2 = 1.128379167095513

export interface WatchedSeries {
  readonly centre: number
  readonly sigma: number
  /** By run: the rules that its point completes. */
  readonly flags: ReadonlyMap<string, readonly string[]>
}

/** What is charted of a result: the figure that its rule measures, or the share that passed. */
export function chartedValue({ value, passRate }: CheckResult): number | null {
  return value ?? passRate
}

function pointsOf(results: readonly CheckResult[]) {
  return results.flatMap((result) => {
    const value = chartedValue(result)
    return value === null ? [] : [{ run: result.run, value }]
  })
}

/**
 * The results of a check as an individuals chart: limits from its first twenty results by their moving ranges (ISO 7870-2), which
 * later ones do not move, and the rules of Nelson on those that follow. Undefined where there are too few or they never
 * varied: then there is no chart.
 * @param first the first results of the check, the oldest first
 * @param newest the newest of them, the oldest first; the two may overlap
 */
export function watchedSeries(
  first: readonly CheckResult[],
  newest: readonly CheckResult[],
): WatchedSeries | undefined {
  const base = pointsOf(first)
  if (base.length < BASELINE) return undefined
  const centre = base.reduce((sum, { value }) => sum + value, 0) / base.length
  const ranges = base.slice(1).map(({ value }, at) => Math.abs(value - (base[at]?.value ?? value)))
  const sigma = ranges.reduce((sum, range) => sum + range, 0) / ranges.length / D2
  // Below this the spread is that of rounding, and any step would be an alarm.
  if (sigma <= 1e-12 * Math.max(1, Math.abs(centre))) return undefined
  const inBase = new Set(base.map(({ run }) => run))
  const points = pointsOf(newest)
  const from = points.filter(({ run }) => inBase.has(run)).length
  const flags = flagRules(
    points.map(({ value }) => value),
    { centre, sigma, rules: 'nelson', from },
  )
  return { centre, sigma, flags: byRun(flags, points) }
}

function byRun(
  flags: readonly Flag[],
  points: readonly { readonly run: string }[],
): Map<string, string[]> {
  const rules = new Map<string, string[]>()
  for (const { index, rule } of flags) {
    const run = points[index]?.run ?? ''
    rules.set(run, [...(rules.get(run) ?? []), rule])
  }
  return rules
}
