import { DAY_MS } from '../calendar/days.ts'
import type { DecidedLot } from './decision.ts'
import type { SupplierSettings, SupplierWeights } from './supplier-settings.ts'

/** A request for corrective action that was asked in the period. */
export interface AskedRequest {
  readonly issuedAt: string
  readonly firstRepliedAt: string | null
}

export type Grade = 'A' | 'B' | 'C' | 'D'

export interface ScorePart {
  readonly part: keyof SupplierWeights
  /** What was measured: ppm, percent, days. Null: nothing to measure. */
  readonly value: number | null
  /** 0 to 100. */
  readonly points: number | null
  /** Percent of the score, of those that could be assessed. */
  readonly weight: number
  /** Of how many lots, items or requests. */
  readonly of: number
}

export interface SupplierScore {
  readonly lots: number
  readonly ppm: number | null
  readonly lotAcceptance: number | null
  readonly responseDays: number | null
  readonly score: number | null
  readonly grade: Grade | null
  readonly parts: readonly ScorePart[]
}

interface Assessed {
  readonly lots: readonly DecidedLot[]
  readonly requests: readonly AskedRequest[]
  /** Requests without an answer have waited until here: the end of the period, or now. */
  readonly until: string
}

/**
 * The score of a supplier for a period: the weighted mean of the parts that could be assessed, their weights scaled to 100.
 * What was not assessed is null and weighs nothing: no lots is not a perfect month.
 *
 * - ppm: nonconforming of a million items looked at; where samples were not counted, of the quantities decided
 * - lotAcceptance: percent of lots accepted at first inspection, of those with a verdict
 * - response: mean days from a request to the first answer; who has not answered has waited until now
 */
export function supplierScore(assessed: Assessed, settings: SupplierSettings): SupplierScore {
  const { ppmLimit, responseTargetDays: target, responseLimitDays: limit } = settings
  const judged = assessed.lots.filter(({ lotAccepted }) => lotAccepted !== null)
  const { ppm, items } = ppmOf(assessed.lots)
  const good = judged.filter(({ lotAccepted }) => lotAccepted === true).length
  const lotAcceptance = judged.length === 0 ? null : (100 * good) / judged.length
  const responseDays = meanDays(assessed)
  const measured: readonly Omit<ScorePart, 'weight'>[] = [
    { part: 'ppm', value: ppm, points: falling(ppm, 0, ppmLimit), of: items },
    { part: 'lotAcceptance', value: lotAcceptance, points: lotAcceptance, of: judged.length },
    {
      part: 'response',
      value: responseDays,
      points: falling(responseDays, target, limit),
      of: assessed.requests.length,
    },
  ]
  const parts = weighted(measured, settings.weights)
  const score = scoreOf(parts)
  const isEnough = judged.length >= settings.minimumLots
  const grade = score !== null && isEnough ? gradeOf(score, settings) : null
  return { lots: judged.length, ppm, lotAcceptance, responseDays, score, grade, parts }
}

function ppmOf(lots: readonly DecidedLot[]): {
  readonly ppm: number | null
  readonly items: number
} {
  let bad = 0
  let items = 0
  for (const lot of lots) {
    const isCounted = lot.inspected > 0
    bad += isCounted ? lot.nonconforming : lot.rejected
    items += isCounted ? lot.inspected : lot.accepted + lot.rejected
  }
  return { ppm: items === 0 ? null : (1e6 * bad) / items, items }
}

function meanDays({ requests, until }: Assessed): number | null {
  if (requests.length === 0) return null
  const days = requests.map(({ issuedAt, firstRepliedAt }) =>
    Math.max(0, Date.parse(firstRepliedAt ?? until) - Date.parse(issuedAt)),
  )
  return days.reduce((sum, one) => sum + one, 0) / days.length / DAY_MS
}

/** 100 up to `full`, 0 from `none` on, a straight line between. */
function falling(value: number | null, full: number, none: number): number | null {
  if (value === null) return null
  if (value <= full) return 100
  if (value >= none) return 0
  return (100 * (none - value)) / (none - full)
}

function weighted(
  measured: readonly Omit<ScorePart, 'weight'>[],
  weights: SupplierWeights,
): readonly ScorePart[] {
  const total = measured
    .filter(({ points }) => points !== null)
    .reduce((sum, { part }) => sum + weights[part], 0)
  return measured.map((one) => ({
    ...one,
    weight: one.points === null || total === 0 ? 0 : (100 * weights[one.part]) / total,
  }))
}

function scoreOf(parts: readonly ScorePart[]): number | null {
  const counted = parts.filter(({ weight }) => weight > 0)
  if (counted.length === 0) return null
  return counted.reduce((sum, { points, weight }) => sum + ((points ?? 0) * weight) / 100, 0)
}

export function gradeOf(score: number, { grades }: Pick<SupplierSettings, 'grades'>): Grade {
  if (score >= grades.A) return 'A'
  if (score >= grades.B) return 'B'
  return score >= grades.C ? 'C' : 'D'
}

/** Less is noise of small samples. */
const TREND_POINTS = 2

/** Against the mean of up to three assessed periods before. */
export function trendOf(
  score: number | null,
  before: readonly number[],
): 'up' | 'down' | 'steady' | null {
  if (score === null || before.length === 0) return null
  const mean = before.reduce((sum, one) => sum + one, 0) / before.length
  if (Math.abs(score - mean) < TREND_POINTS) return 'steady'
  return score > mean ? 'up' : 'down'
}
