import { chiSquaredQuantile } from '../distributions/chi-squared.ts'
import { normalQuantile, normalUpperTail } from '../distributions/normal.ts'

export interface SpecLimits {
  readonly lsl: number | null
  readonly usl: number | null
  /** Of Cpm; null: the middle of both limits. */
  readonly target: number | null
}

export interface Spread {
  readonly mean: number
  readonly sigma: number
  /** Values that the spread was estimated from. */
  readonly n: number
}

/** An index with its confidence limits; null where no closed form gives them. */
export interface Index {
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

export interface CapabilityIndices {
  /** Both limits are needed for `cp` and `cpm`, the one of its side for `cpl` and `cpu`. */
  readonly cp: Index | null
  readonly cpl: Index | null
  readonly cpu: Index | null
  readonly cpk: Index
  readonly cpm: Index | null
}

/**
 * Of a normal process, as R's qcc 2.7 `process.capability`: limits of Cp by χ² (Chou, Owen and Borrego 1990), of Cpk by
 * Bissell 1990 (two-sided), of Cpl and Cpu by his too, each one-sided at the confidence; of Cpm by Boyles 1991. The
 * limits are written so that they hold for an index of 0 and below. Boyles squares 1 + ((mean − target)/sigma)² in the
 * degrees of freedom of Cpm; qcc does not, which is the more cautious, and is followed.
 * @param confidence between 0 and 1, such as 0.95
 */
export function capabilityIndices(
  { mean, sigma, n }: Spread,
  { lsl, usl, target }: SpecLimits,
  confidence: number,
): CapabilityIndices {
  const oneSided = normalQuantile(confidence)
  const twoSided = normalQuantile((1 + confidence) / 2)
  const lower = lsl === null ? null : (mean - lsl) / (3 * sigma)
  const upper = usl === null ? null : (usl - mean) / (3 * sigma)
  const cpk = Math.min(lower ?? Number.POSITIVE_INFINITY, upper ?? Number.POSITIVE_INFINITY)
  const both =
    lsl === null || usl === null ? null : { width: usl - lsl, middle: lsl + (usl - lsl) / 2 }
  const cp = both === null ? null : both.width / (6 * sigma)
  const off = both === null ? 0 : (mean - (target ?? both.middle)) / sigma
  const freedom = (n * (1 + off * off)) / (1 + 2 * off * off)
  return {
    cp: cp === null ? null : byChiSquared(cp, n - 1, confidence),
    cpl: lower === null ? null : bySpread(lower, n, oneSided),
    cpu: upper === null ? null : bySpread(upper, n, oneSided),
    cpk: bySpread(cpk, n, twoSided),
    cpm: cp === null ? null : byChiSquared(cp / Math.hypot(1, off), freedom, confidence),
  }
}

export interface PartsPerMillion {
  readonly below: number
  readonly above: number
}

/** What a normal process puts outside its limits. */
export function expectedPpm({ mean, sigma }: Spread, { lsl, usl }: SpecLimits): PartsPerMillion {
  return {
    below: lsl === null ? 0 : 1e6 * normalUpperTail((mean - lsl) / sigma),
    above: usl === null ? 0 : 1e6 * normalUpperTail((usl - mean) / sigma),
  }
}

function byChiSquared(value: number, freedom: number, confidence: number): Index {
  const at = (p: number) => value * Math.sqrt(chiSquaredQuantile(p, freedom) / freedom)
  return { value, low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) }
}

function bySpread(value: number, n: number, z: number): Index {
  const half = z * Math.sqrt(1 / (9 * n) + (value * value) / (2 * (n - 1)))
  return { value, low: value - half, high: value + half }
}
