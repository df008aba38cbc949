import type { CheckState, Dimension, NotAssessedReason } from './data-check-types.ts'

/** The newest result of an enabled check. */
export interface ScoredCheck {
  readonly check: string
  readonly dimension: Dimension
  readonly weight: number
  readonly state: CheckState
  readonly passRate: number | null
  readonly reason?: NotAssessedReason | undefined
}

export interface DimensionScore {
  readonly dimension: Dimension
  /** 0 to 100; null where no check of it could be assessed. */
  readonly score: number | null
  readonly assessed: number
  readonly notAssessed: number
}

export interface DataScore {
  readonly score: number | null
  readonly byDimension: readonly DimensionScore[]
  readonly failing: readonly {
    readonly check: string
    readonly state: CheckState
    readonly passRate: number
  }[]
  readonly notAssessed: readonly { readonly check: string; readonly reason: NotAssessedReason }[]
}

/**
 * Weighted mean of the pass rates × 100, of the dataset and of each dimension. What was not assessed counts for nothing,
 * and is named: a dataset nobody looked at has no score, rather than 100.
 */
export function scoreOf(checks: readonly ScoredCheck[]): DataScore {
  const dimensions = [...new Set(checks.map(({ dimension }) => dimension))].sort()
  return {
    score: weightedMean(checks),
    byDimension: dimensions.map((dimension) => {
      const own = checks.filter((check) => check.dimension === dimension)
      const assessed = own.filter(({ passRate }) => passRate !== null).length
      return { dimension, score: weightedMean(own), assessed, notAssessed: own.length - assessed }
    }),
    failing: checks
      .flatMap(({ check, state, passRate, weight }) =>
        passRate !== null && (state === 'fail' || state === 'warn')
          ? [{ check, state, passRate, weight }]
          : [],
      )
      .sort(
        (a, b) =>
          b.weight * (1 - b.passRate) - a.weight * (1 - a.passRate) || (a.check < b.check ? -1 : 1),
      )
      .map(({ check, state, passRate }) => ({ check, state, passRate })),
    notAssessed: checks.flatMap(({ check, passRate, reason = 'NEVER_RUN' }) =>
      passRate === null ? [{ check, reason }] : [],
    ),
  }
}

function weightedMean(checks: readonly ScoredCheck[]): number | null {
  let [sum, weights] = [0, 0]
  for (const { passRate, weight } of checks) {
    if (passRate === null) continue
    sum += weight * passRate
    weights += weight
  }
  return weights === 0 ? null : Math.round((sum / weights) * 1e6) / 1e4
}
