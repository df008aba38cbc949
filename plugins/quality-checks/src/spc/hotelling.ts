import { Refusal } from '@signalbox/sdk'
import { betaQuantile } from '../distributions/beta.ts'
import { fQuantile } from '../distributions/f-ratio.ts'
import { mean, standardDeviation } from '../distributions/moments.ts'

export interface HotellingRequest {
  /** Observations in control, each with a value for every variable: what mean and covariance come from. */
  readonly reference: readonly (readonly number[])[]
  /** Observations that came after, judged by those. */
  readonly points?: readonly (readonly number[])[]
  /** Chance that one in control lies beyond the limit. */
  readonly alpha?: number
}

export interface HotellingPoint {
  readonly t2: number
  readonly beyond: boolean
  /** What each variable adds to the others (Mason, Young and Tracy 1995): the largest one says where to look. */
  readonly contributions: readonly number[]
}

export interface HotellingAnswer {
  readonly mean: readonly number[]
  readonly covariance: readonly (readonly number[])[]
  readonly limits: { readonly phaseOne: number; readonly phaseTwo: number }
  readonly reference: readonly HotellingPoint[]
  readonly points: readonly HotellingPoint[]
}

/** As often as a point beyond three sigma on a chart of one variable. */
const USUAL_ALPHA = 0.0027
/** Below it a variable is, to a double, a sum of the others. */
const SINGULAR = 1e-10

/**
 * Hotelling's T² of single observations of several variables together. Limits by the beta law for those that mean and
 * covariance come from, and by the F law for others (Tracy, Young and Mason 1992, "Multivariate control charts for
 * individual observations").
 *
 * @throws Refusal T2_SHAPE, T2_TOO_FEW, T2_SINGULAR
 */
export function hotelling(request: HotellingRequest): HotellingAnswer {
  const { reference, points = [], alpha = USUAL_ALPHA } = request
  const m = reference.length
  const p = requireShape(reference, points)
  const columns = Array.from({ length: p }, (_, j) => reference.map((row) => row[j] ?? 0))
  const centre = columns.map(mean)
  const scale = columns.map(standardDeviation)
  if (scale.some((one) => !(one > 0))) throw singular()
  // In standard deviations: T² is the same, and units as different as mm and MPa cost no digits.
  const standardized = (row: readonly number[]) =>
    row.map((value, j) => (value - (centre[j] ?? 0)) / (scale[j] ?? 1))
  const rows = reference.map(standardized)
  const correlation = productMean(rows, p)
  const inverse = inverseOf(correlation)
  const phaseOne = ((m - 1) ** 2 / m) * betaQuantile(1 - alpha, p / 2, (m - p - 1) / 2)
  const phaseTwo = ((p * (m + 1) * (m - 1)) / (m * (m - p))) * fQuantile(1 - alpha, p, m - p)
  return {
    mean: centre,
    covariance: correlation.map((row, i) =>
      row.map((value, j) => value * (scale[i] ?? 1) * (scale[j] ?? 1)),
    ),
    limits: { phaseOne, phaseTwo },
    reference: rows.map((row) => judged(row, inverse, phaseOne)),
    points: points.map((row) => judged(standardized(row), inverse, phaseTwo)),
  }
}

function requireShape(
  reference: HotellingRequest['reference'],
  points: readonly (readonly number[])[],
): number {
  const p = reference[0]?.length ?? 0
  if (p < 2 || [...reference, ...points].some((row) => row.length !== p)) {
    throw new Refusal('T2_SHAPE', 'Each observation has a value for each of two variables or more.')
  }
  if (reference.length < p + 2) {
    throw new Refusal(
      'T2_TOO_FEW',
      `${p} variables need ${p + 2} observations or more in reference; several times as many give limits worth having.`,
    )
  }
  return p
}

function productMean(rows: readonly (readonly number[])[], p: number): number[][] {
  return Array.from({ length: p }, (_, i) =>
    Array.from({ length: p }, (_unused, j) => {
      const sum = rows.reduce((total, row) => total + (row[i] ?? 0) * (row[j] ?? 0), 0)
      return sum / (rows.length - 1)
    }),
  )
}

function judged(
  row: readonly number[],
  inverse: readonly (readonly number[])[],
  limit: number,
): HotellingPoint {
  const turned = inverse.map((line) =>
    line.reduce((sum, value, j) => sum + value * (row[j] ?? 0), 0),
  )
  const t2 = turned.reduce((sum, value, i) => sum + value * (row[i] ?? 0), 0)
  const contributions = turned.map((value, i) => value ** 2 / (inverse[i]?.[i] ?? 1))
  return { t2, beyond: t2 > limit, contributions }
}

/** Gauss and Jordan with the largest pivot. @throws Refusal T2_SINGULAR */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] {
  const p = matrix.length
  const work = matrix.map((row, i) => [
    ...row,
    ...Array.from({ length: p }, (_, j) => (i === j ? 1 : 0)),
  ])
  for (let column = 0; column < p; column++) {
    const best = pivotOf(work, column)
    const pivotRow = work[best] ?? []
    const pivot = pivotRow[column] ?? 0
    if (Math.abs(pivot) < SINGULAR) throw singular()
    const scaled = pivotRow.map((value) => value / pivot)
    work[best] = work[column] ?? []
    work[column] = scaled
    for (const [i, row] of work.entries()) {
      if (i !== column) work[i] = without(row, scaled, row[column] ?? 0)
    }
  }
  return work.map((row) => row.slice(p))
}

function pivotOf(work: readonly (readonly number[])[], column: number): number {
  const sizes = work.map((row, i) => (i < column ? -1 : Math.abs(row[column] ?? 0)))
  return sizes.indexOf(Math.max(...sizes))
}

function without(row: readonly number[], scaled: readonly number[], factor: number): number[] {
  return row.map((value, j) => value - factor * (scaled[j] ?? 0))
}

function singular(): Refusal {
  return new Refusal(
    'T2_SINGULAR',
    'A variable does not vary, or follows from the others: leave it out.',
  )
}
