import { RANGE } from './calibrate.ts'
import { probabilityOf, type QuantileCurve, valueAt } from './quantile-curve.ts'

export interface Arrival {
  readonly earlyMs: number
  readonly medianMs: number
  readonly lateMs: number
  readonly lateProbability?: number
}

export interface Journey {
  /** When it was at the milestone that the curve starts from. */
  readonly fromMs: number
  readonly nowMs: number
  readonly promisedAtMs?: number
  /** Of the calibration. */
  readonly widen: number
}

const HOUR_MS = 3_600_000

/**
 * When goods arrive that are still on their way: the distribution of the trip, given that it has taken as long as it has.
 * @param curve of the logarithm of the hours from the milestone on
 */
export function arrivalOf(curve: QuantileCurve, journey: Journey): Arrival {
  const { fromMs, nowMs, promisedAtMs, widen } = journey
  const passed = hoursBetween(fromMs, nowMs)
  const spent = passed > 0 ? probabilityOf(curve, Math.log(passed)) : 0
  const at = (probability: number, moved: number) => {
    const hours = Math.exp(valueAt(curve, spent + (1 - spent) * probability) + moved)
    return Math.max(nowMs, fromMs + hours * HOUR_MS)
  }
  const medianMs = at(0.5, 0)
  const earlyMs = Math.min(medianMs, at(RANGE.low, -widen))
  const lateMs = Math.max(medianMs, at(RANGE.high, widen))
  if (promisedAtMs === undefined) return { earlyMs, medianMs, lateMs }
  return { earlyMs, medianMs, lateMs, lateProbability: lateProbability(curve, spent, journey) }
}

function lateProbability(curve: QuantileCurve, spent: number, journey: Journey): number {
  const { fromMs, nowMs, promisedAtMs = 0 } = journey
  if (promisedAtMs <= nowMs) return 1
  const hours = hoursBetween(fromMs, promisedAtMs)
  if (hours <= 0) return 1
  const arrived = probabilityOf(curve, Math.log(hours))
  return Math.min(1, Math.max(0, (1 - arrived) / Math.max(1 - spent, 1e-9)))
}

function hoursBetween(fromMs: number, toMs: number): number {
  return (toMs - fromMs) / HOUR_MS
}
