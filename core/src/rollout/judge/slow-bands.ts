import type { Arm } from '../cohorts/cohort.ts'
import { logWeightedSum } from './attribution.ts'

/**
 * How slow a call was, by the lines that stable's recent calls drew: no slower than half of them, slower than
 * half, than three quarters, than nine in ten, than 99 in 100.
 *
 * While a version is as fast as stable, a call in *any* band was the canary's with the probability it had of
 * being given to it. So every call is an event: slow calls of the canary speak against it, and so do fast ones
 * of stable, which a count of slow calls alone leaves unused. Each hypothesis says how many times as often the
 * canary is found in each band; the likelihood ratio of a call is that of attribution.ts with the odds of its
 * band, and the mixture over the hypotheses is an e-process like that one.
 */
export const bands = ['fast', 'overHalf', 'overQuarter', 'overTenth', 'overHundredth'] as const
export type Band = (typeof bands)[number]

interface Hypothesis {
  /** Sums to 1 over all. */
  readonly weight: number
  /** How many times as often as stable the canary is found in each band. */
  readonly odds: readonly [number, number, number, number, number]
}

/**
 * Shifts of the whole distribution by 0.5, 0.9, 1.3 and 2.2 standard deviations of log time, where a standard
 * deviation is what lies between half and about twice as long; and tails: 5 % and 20 % of the calls very slow, the
 * rest as ever. Odds are those beyond what is forgiven.
 */
const hypotheses: readonly Hypothesis[] = [
  { weight: 0.1, odds: [0.7, 1, 1.15, 1.6, 2.7] },
  { weight: 0.3, odds: [0.4, 1, 1.25, 2.4, 6] },
  { weight: 0.4, odds: [0.2, 0.75, 1.2, 3.2, 12] },
  { weight: 0.08, odds: [0.03, 0.2, 0.85, 3.3, 36] },
  { weight: 0.05, odds: [1, 1, 1, 1, 5] },
  { weight: 0.07, odds: [1, 1, 1, 1, 17] },
]
const weights = hypotheses.map(({ weight }) => weight)

/**
 * "A quarter more slow calls and a tenth fewer fast ones are fine." Both together forgive a version whose calls
 * take about 6 % longer.
 */
const TOLERATED_MORE = 1.25
const TOLERATED_FEWER = 0.9

/** Calls by arm and band, and what they say: a log-likelihood ratio for each hypothesis. Plain data. */
export interface SlowTally {
  readonly canary: readonly number[]
  readonly stable: readonly number[]
  readonly logLikelihoods: readonly number[]
}

const none = Object.freeze(bands.map(() => 0))
export const emptySlowTally: SlowTally = Object.freeze({
  canary: none,
  stable: none,
  logLikelihoods: Object.freeze(hypotheses.map(() => 0)),
})

/** What one call is worth, by band and hypothesis; kept for the probability last asked for. */
interface Worth {
  readonly probability: number
  readonly canary: readonly (readonly number[])[]
  readonly stable: readonly (readonly number[])[]
}
let known: Worth = { probability: Number.NaN, canary: [], stable: [] }

function worth(probability: number): Worth {
  if (known.probability === probability) return known
  const byBand = (log: (odds: number) => number) =>
    bands.map((_, band) => hypotheses.map(({ odds }) => log(odds[band] as number)))
  const onStable = (odds: number) => {
    const factor = odds > 1 ? TOLERATED_MORE : TOLERATED_FEWER
    const tolerated = (factor * probability) / (factor * probability + 1 - probability)
    return -Math.log(odds * tolerated + 1 - tolerated)
  }
  const stable = byBand(onStable)
  const canary = byBand((odds) => onStable(odds) + Math.log(odds))
  known = { probability, canary, stable }
  return known
}

/**
 * @param probability that the canary had the call, in force at its admission: 0 to 1
 * @param count of such calls; a part of one, where what is to be expected is added up
 */
export function addBand(
  tally: SlowTally,
  band: Band,
  arm: Arm,
  probability: number,
  count = 1,
): SlowTally {
  const at = bands.indexOf(band)
  const logs = worth(Math.min(1, Math.max(0, probability)))[arm][at] as readonly number[]
  const counts = tally[arm].map((before, index) => (index === at ? before + count : before))
  return {
    canary: arm === 'canary' ? counts : tally.canary,
    stable: arm === 'stable' ? counts : tally.stable,
    logLikelihoods: tally.logLikelihoods.map((log, index) => log + count * (logs[index] as number)),
  }
}

export function mergeSlowTallies(left: SlowTally, right: SlowTally): SlowTally {
  return {
    canary: sum(left.canary, right.canary),
    stable: sum(left.stable, right.stable),
    logLikelihoods: sum(left.logLikelihoods, right.logLikelihoods),
  }
}

/** The logarithm of the e-value. */
export function logSlowEvidence(tally: SlowTally): number {
  return logWeightedSum(tally.logLikelihoods, weights)
}

export type SlowLine = Exclude<Band, 'fast'>

/** Calls of either arm that crossed a line: those of its band and of the slower ones. */
export function callsOver(tally: SlowTally, line: SlowLine): Record<Arm, number> {
  const from = bands.indexOf(line)
  const over = (counts: readonly number[]) => counts.slice(from).reduce((all, one) => all + one, 0)
  return { canary: over(tally.canary), stable: over(tally.stable) }
}

/** The line to speak of: where the canary's part is furthest from its part of all calls. */
export function tellingLine(tally: SlowTally): SlowLine {
  const lines = bands.filter((band) => band !== 'fast')
  const all = { canary: total(tally.canary), stable: total(tally.stable) }
  const share = all.canary / Math.max(1, all.canary + all.stable)
  const excess = (line: SlowLine) => {
    const { canary, stable } = callsOver(tally, line)
    const expected = (canary + stable) * share
    return (canary - expected) / Math.sqrt(Math.max(1e-9, expected * (1 - share)))
  }
  return lines.reduce((best, line) => (excess(line) >= excess(best) ? line : best))
}

function total(counts: readonly number[]): number {
  return counts.reduce((all, one) => all + one, 0)
}

function sum(left: readonly number[], right: readonly number[]): readonly number[] {
  return left.map((value, index) => value + (right[index] as number))
}
