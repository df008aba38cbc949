import { Refusal } from '@signalbox/sdk'
import { demandHistory } from '../intermittent/demand-history.ts'
import { classifyDemand, type DemandClass } from './demand-class.ts'

export interface ClassifiedItemInput {
  readonly id: string
  /** Money a year, or whatever items are ranked by. */
  readonly value: number
  readonly history?: readonly (number | null)[]
  /** Coefficient of variation of demand, or of the forecast's error over the mean; else from the history. */
  readonly variation?: number
}

export interface ClassificationSettings {
  /** Cumulative shares of value up to which items are A, and B. 0.8 and 0.95 where not said. */
  readonly a?: number
  readonly b?: number
  /** Variations up to which items are X, and Y. 0.5 and 1 where not said. */
  readonly x?: number
  readonly y?: number
}

export type AbcClass = 'A' | 'B' | 'C'
export type XyzClass = 'X' | 'Y' | 'Z'

export interface ClassifiedItem {
  readonly id: string
  readonly abc: AbcClass
  /** Null where neither a variation nor a history with demand is known. */
  readonly xyz: XyzClass | null
  readonly share: number
  readonly cumulativeShare: number
  readonly variation: number | null
  readonly demandClass: DemandClass | null
  readonly meanInterval: number | null
  readonly squaredVariation: number | null
}

/** The usual 80/15/5 of Pareto analysis, and half a mean or a whole one of scatter. */
export const USUAL_CUTS = { a: 0.8, b: 0.95, x: 0.5, y: 1 }

/** Items by value and by steadiness, the most valuable first; ties by id, so that the answer is one. */
export function abcXyz(
  items: readonly ClassifiedItemInput[],
  settings: ClassificationSettings = {},
): readonly ClassifiedItem[] {
  const { a, b, x, y } = { ...USUAL_CUTS, ...settings }
  if (!(a <= b && x <= y)) {
    throw new Refusal('CUTS_CROSSED', 'Give cuts that rise: a no more than b, x no more than y.')
  }
  // Counted twice it would push others into a lower class.
  if (new Set(items.map(({ id }) => id)).size !== items.length) {
    throw new Refusal('ITEM_TWICE', 'An item is in the list twice: give each id once.')
  }
  const total = items.reduce((sum, { value }) => sum + value, 0)
  const ranked = [...items].sort((p, q) => q.value - p.value || (p.id < q.id ? -1 : 1))
  let before = 0
  return ranked.map((item) => {
    const share = total === 0 ? 0 : item.value / total
    const start = before
    before += share
    const steadiness = steadinessOf(item)
    return {
      id: item.id,
      // The item that crosses a line belongs above it: the first is always an A, unless nothing has value.
      abc: total === 0 ? 'C' : abcClass(start, a, b),
      xyz: steadiness.variation === null ? null : xyzClass(steadiness.variation, x, y),
      share,
      cumulativeShare: Math.min(before, 1),
      ...steadiness,
    }
  })
}

/** @param before cumulative share of the items above this one. */
export function abcClass(before: number, a = USUAL_CUTS.a, b = USUAL_CUTS.b): AbcClass {
  // Shares summed in floating point: 0.8 reached by rounding is reached.
  if (before < a - 1e-9) return 'A'
  return before < b - 1e-9 ? 'B' : 'C'
}

function xyzClass(variation: number, x = USUAL_CUTS.x, y = USUAL_CUTS.y): XyzClass {
  if (variation <= x) return 'X'
  return variation <= y ? 'Y' : 'Z'
}

/** How many items are in each field of the matrix, such as AX. */
export function matrixOf(items: readonly ClassifiedItem[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const abc of ['A', 'B', 'C']) for (const xyz of ['X', 'Y', 'Z']) counts[abc + xyz] = 0
  for (const { abc, xyz } of items) {
    if (xyz !== null) counts[abc + xyz] = (counts[abc + xyz] ?? 0) + 1
  }
  return counts
}

function steadinessOf({ history, variation }: ClassifiedItemInput) {
  if (history === undefined) {
    return {
      variation: variation ?? null,
      demandClass: null,
      meanInterval: null,
      squaredVariation: null,
    }
  }
  const { values } = demandHistory(history)
  const found = classifyDemand(values)
  return {
    variation: variation ?? variationOf(values),
    demandClass: found.class,
    meanInterval: found.meanInterval,
    squaredVariation: found.squaredVariation,
  }
}

/** Deviation over mean of all periods, those without demand among them. */
export function variationOf(values: readonly number[]): number | null {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0)
  if (mean === 0 || values.length < 2) return null
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1)) / mean
}
