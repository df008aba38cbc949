/** What a chart is fed with at each point, and what may be said of it. */
export interface KindRules {
  readonly sample: 'values' | 'count'
  /** Values a subgroup may have; of counts: null. */
  readonly subgroup: readonly [number, number] | null
  /** Counts of items cannot exceed their number. */
  readonly countsItems: boolean
  /** All points have one size (its limits are not defined otherwise). */
  readonly needsSize: boolean
  /** `zones`: all patterns; `runs`: those without zones, as counts are skewed; `limits`: limits alone, as points depend on each other. */
  readonly patterns: 'zones' | 'runs' | 'limits'
}

/** A range says little of more than 25 values; a standard deviation goes on. */
const values = (least: number, most: number, patterns: 'zones' | 'limits') =>
  ({
    sample: 'values',
    subgroup: [least, most],
    countsItems: false,
    needsSize: false,
    patterns,
  }) as const
const counts = (countsItems: boolean, needsSize: boolean) =>
  ({ sample: 'count', subgroup: null, countsItems, needsSize, patterns: 'runs' }) as const

export const chartKinds = {
  'xbar-r': values(2, 25, 'zones'),
  'xbar-s': values(2, 1000, 'zones'),
  'i-mr': values(1, 1, 'zones'),
  ewma: values(1, 25, 'limits'),
  cusum: values(1, 25, 'limits'),
  p: counts(true, true),
  np: counts(true, true),
  c: counts(false, false),
  u: counts(false, true),
} as const satisfies Readonly<Record<string, KindRules>>

export type ChartKind = keyof typeof chartKinds

export interface Sample {
  /** Measured values of the subgroup. */
  readonly values?: readonly number[]
  /** Nonconforming items (p, np) or nonconformities (c, u). */
  readonly count?: number
  /** Items looked at (p, np), or units of opportunity (u, also broken numbers). */
  readonly size?: number
}

/** What a chart keeps of a sample. */
export interface Statistics {
  /** Mean, proportion, count, or count a unit. */
  readonly location: number
  /** Values, items or units it stands for. */
  readonly size: number
  /** Range or standard deviation within the subgroup; null where there is none. */
  readonly dispersion: number | null
}
