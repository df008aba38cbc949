import type { Finding, Rule } from './data-check-types.ts'
import { kolmogorovSmirnov, meanShift, populationStability } from './drift.ts'
import { robustZ } from './robust.ts'

/** Below this a median and its deviation say little. */
const MIN_HISTORY = 5
/** PSI and the limit of Kolmogorov's distribution are for samples of some size. */
const MIN_SAMPLE = 20
/** PSI above 0.25 is a shift by the rule of thumb; p below 0.01; a mean 4 standard errors away. */
const DRIFT_LIMITS = { psi: 0.25, ks: 0.01, mean: 4 } as const

const one = (passes: boolean, value: number): Finding => ({
  assessed: 1,
  unexpected: passes ? 0 : 1,
  value,
})
const none = (reason: Finding['reason']): Finding => ({ assessed: 0, unexpected: 0, reason })

/** Age of the newest instant. One in the future is as fresh as can be, and its age below 0 says so. */
export function freshness(newest: number | null, now: number, maxAgeMinutes: number): Finding {
  if (newest === null) return none('NO_ROWS')
  const age = (now - newest) / 60_000
  return one(age <= maxAgeMinutes, age)
}

/** Rows against fixed bounds, and against what earlier runs counted. */
export function volume(rows: number, history: readonly number[], rule: Rule): Finding {
  const { min = 0, max = Number.POSITIVE_INFINITY, maxRobustZ } = rule
  const isWithin = rows >= Number(min) && rows <= Number(max)
  if (!isWithin) return one(false, rows)
  if (maxRobustZ === undefined) return one(true, rows)
  // The rows are told, for they are the history of runs to come.
  if (history.length < MIN_HISTORY) return { ...none('HISTORY_TOO_SHORT'), value: rows }
  return one(Math.abs(robustZ(rows, history)) <= maxRobustZ, rows)
}

/** The distribution of the new rows against that of the rows before. `value`: the PSI, the p of KS, or the z of the means. */
export function drift(
  reference: readonly number[],
  current: readonly number[],
  { method = 'psi', limit }: Rule,
): Finding {
  if (Math.min(reference.length, current.length) < MIN_SAMPLE) return none('SAMPLE_TOO_SMALL')
  const bound = limit ?? DRIFT_LIMITS[method]
  switch (method) {
    case 'psi': {
      const psi = populationStability(reference, current)
      return one(psi <= bound, psi)
    }
    case 'ks': {
      const { p } = kolmogorovSmirnov(reference, current)
      return one(p >= bound, p)
    }
    case 'mean': {
      const z = meanShift(reference, current)
      return one(Math.abs(z) <= bound, Number.isFinite(z) ? z : Math.sign(z) * 1e9)
    }
  }
}
