import { murmur3 } from '../cohorts/murmur3.ts'

/**
 * How many different keys the canary was given in a step, in bounded space: the smallest hashes of what was
 * seen. Up to SIZE it is exact; beyond it the estimate is off by 1/√SIZE, 6 %. Sketches of nodes merge into
 * the one of all that they saw.
 *
 * Source: Bar-Yossef et al., Counting distinct elements in a data stream, RANDOM 2002 (k minimum values).
 */
export interface UnitSketch {
  /** When the step began that this is of, milliseconds since the epoch. */
  readonly since: number
  /** Ascending, each once. */
  readonly hashes: readonly number[]
  /** Calls that named no key, and so stayed on stable; over the whole rollout. */
  readonly keyless: number
}

/** 2.6 KB as JSON for each node. */
const SIZE = 256
const HASHES = 0x1_0000_0000

export const emptySketch: UnitSketch = Object.freeze({ since: 0, hashes: [], keyless: 0 })

/**
 * Not the hash that draws the arm: a canary's buckets are the smallest of those, and what is counted would be
 * taken for the weight.
 */
export function withUnit(sketch: UnitSketch, key: string): UnitSketch {
  const hash = murmur3(`unit:${key}`)
  const { hashes } = sketch
  const largest = hashes.at(-1)
  if (hashes.length >= SIZE && largest !== undefined && hash >= largest) return sketch
  const at = placeOf(hashes, hash)
  if (hashes[at] === hash) return sketch
  return { ...sketch, hashes: hashes.toSpliced(at, 0, hash).slice(0, SIZE) }
}

export function withKeyless(sketch: UnitSketch): UnitSketch {
  return { ...sketch, keyless: sketch.keyless + 1 }
}

/** A step begins: its units are counted from nothing. */
export function inStep(sketch: UnitSketch, since: number): UnitSketch {
  return sketch.since === since ? sketch : { ...sketch, since, hashes: [] }
}

/** Of two nodes. A node that has not heard of the later step yet adds no units. */
export function mergeSketches(one: UnitSketch, other: UnitSketch): UnitSketch {
  const keyless = one.keyless + other.keyless
  if (one.since !== other.since) return { ...(one.since > other.since ? one : other), keyless }
  const hashes = [...new Set([...one.hashes, ...other.hashes])].sort((a, b) => a - b).slice(0, SIZE)
  return { since: one.since, hashes, keyless }
}

export function unitsOf({ hashes }: UnitSketch): number {
  const largest = hashes.at(-1)
  if (hashes.length < SIZE || largest === undefined) return hashes.length
  return Math.round(((SIZE - 1) * HASHES) / (largest + 1))
}

/** Where a hash stands, or would stand. */
function placeOf(hashes: readonly number[], hash: number): number {
  let low = 0
  let high = hashes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((hashes[middle] as number) < hash) low = middle + 1
    else high = middle
  }
  return low
}
