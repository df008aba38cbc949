import { learnLanes, tripCurve } from './lane-model.ts'
import { logHours, type Passage } from './passage.ts'
import { sampleQuantile, valueAt } from './quantile-curve.ts'

/** How much a range of eight in ten is widened on both sides, in logarithms of hours; negative narrows it. */
export interface Calibration {
  readonly widen: number
  readonly passages: number
}

export const RANGE = { low: 0.1, high: 0.9 } as const
const COVERED = RANGE.high - RANGE.low
/** Models are learned anew this often on the way through the history: more costs time and changes nothing. */
const ORIGINS = 12
/** The newest part of the history is what is forecast. */
const TESTED = 0.5
const LEAST_TESTED = 20

/**
 * Conformalised quantile regression (Romano, Patterson and Candès, 2019) by rolling origins: each passage is forecast by what was known
 * before it, and the range is moved by what eight in ten of them needed. Without enough passages the range stays as it is.
 */
export function calibrate(passages: readonly Passage[]): Calibration {
  const ordered = [...passages].sort((a, b) => a.atMs - b.atMs)
  const from = Math.floor(ordered.length * (1 - TESTED))
  const block = Math.max(1, Math.ceil((ordered.length - from) / ORIGINS))
  const needed: number[] = []
  for (let origin = from; origin < ordered.length; origin += block) {
    if (origin === 0) continue
    const models = learnLanes(ordered.slice(0, origin))
    for (const passage of ordered.slice(origin, origin + block)) {
      const curve = tripCurve(models, passage)
      if (curve === undefined) continue
      const value = logHours(passage.hours)
      needed.push(Math.max(valueAt(curve, RANGE.low) - value, value - valueAt(curve, RANGE.high)))
    }
  }
  if (needed.length < LEAST_TESTED) return { widen: 0, passages: needed.length }
  const level = Math.min(1, COVERED * (1 + 1 / needed.length))
  return {
    widen: sampleQuantile(
      needed.sort((a, b) => a - b),
      level,
    ),
    passages: needed.length,
  }
}
