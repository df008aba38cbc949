import { hasLimit, isWithin, type Limits } from '../limits/within-limits.ts'
import type { GivenText } from '../words/local-text.ts'

/** What the goods have to keep, in the unit of the characteristic. */
export interface Specification {
  readonly lower: number | null
  readonly upper: number | null
  readonly target: number | null
  readonly unit: string | null
  /** Of what is no number. */
  readonly text: string | null
}

/** What was found of one characteristic. */
export interface CertificateLine {
  readonly characteristic: string
  readonly name: GivenText
  readonly specification: Specification
  readonly result: {
    /** Items or values looked at. */
    readonly count: number
    readonly nonconforming: number
    readonly mean: number | null
    readonly smallest: number | null
    readonly largest: number | null
    /** Of what is no number. */
    readonly text: string | null
  }
  /** Null: nothing says what would be right; the figure is given for information. */
  readonly conforms: boolean | null
  readonly method: string | null
  readonly gauges: readonly string[]
  readonly source: 'inspection' | 'laboratory' | 'given'
  readonly laboratory: string | null
}

/** All that is certified; its digest is of exactly this. */
export interface CertificateDocument {
  readonly number: string
  readonly title: GivenText
  readonly issuer: { readonly name: string; readonly address: string | null }
  readonly customer: string | null
  readonly order: string | null
  readonly lot: string
  readonly item: string
  readonly quantity: { readonly accepted: number; readonly unit: string } | null
  readonly plan: { readonly plan: string; readonly version: number } | null
  readonly lines: readonly CertificateLine[]
  readonly conforms: boolean
  /** By whom and why goods were let go that do not conform. */
  readonly concession: string | null
  readonly statement: GivenText | null
  readonly supersedes: string | null
  readonly reason: string | null
  readonly issuedBy: string
  readonly issuedAt: string
}

/** Whole when something was judged, and nothing failed. */
export function conformsWhole(lines: readonly Pick<CertificateLine, 'conforms'>[]): boolean {
  return lines.every(({ conforms }) => conforms !== false) && lines.some(({ conforms }) => conforms)
}

/** Values of one characteristic in figures. */
export function figuresOf(values: readonly number[]): {
  readonly mean: number | null
  readonly smallest: number | null
  readonly largest: number | null
} {
  if (values.length === 0) return { mean: null, smallest: null, largest: null }
  const sum = values.reduce((total, value) => total + value, 0)
  // A certificate shows twelve digits at most: what lies behind is of the machine, not of the goods.
  const mean = Number((sum / values.length).toPrecision(12))
  return { mean, smallest: Math.min(...values), largest: Math.max(...values) }
}

export function withinSpecification(limits: Limits, values: readonly number[]): boolean | null {
  if (values.length === 0 || !hasLimit(limits)) return null
  return values.every((value) => isWithin(limits, value))
}
