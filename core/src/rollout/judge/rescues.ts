import { logWeightedSum } from './attribution.ts'

/**
 * The canary's safe calls, counted by whether stable had to answer them. While both versions are as good, an
 * attempt fails with some p that the payload and the moment give, and the second then answers with 1 - p: a
 * rescue has p(1 - p), never more than a quarter. A rescue rate proven to be above a half is the version's
 * fault, whatever its share of the calls: at full weight, where nothing is left to compare with, and in a
 * batch of one app. A half leaves room for faults that a second attempt does not meet, such as a lost
 * connection.
 */
export interface Rescues {
  readonly rescued: number
  /** Answered by the canary itself, or by nobody. */
  readonly stood: number
}

export const noRescues: Rescues = Object.freeze({ rescued: 0, stood: 0 })

const BOUND = 0.5
/** Rescue rates bet on: more often than not, mostly, nearly always. */
const rates = [0.65, 0.8, 0.95] as const
const evenly = rates.map(() => 1 / rates.length)

export function addRescues(left: Rescues, right: Rescues): Rescues {
  return { rescued: left.rescued + right.rescued, stood: left.stood + right.stood }
}

/**
 * Logarithm of an e-value against a rescue rate of at most a half: likelihood ratios of the binomial, mixed
 * (Waudby-Smith & Ramdas, JRSS-B 2024, for bounded means; here the observations are 0 and 1).
 */
export function logRescueEvidence({ rescued, stood }: Rescues): number {
  const logs = rates.map(
    (rate) => rescued * Math.log(rate / BOUND) + stood * Math.log((1 - rate) / (1 - BOUND)),
  )
  return logWeightedSum(logs, evenly)
}
