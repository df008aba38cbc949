/**
 * Whose fault are the bad events? While a version is as good as stable, each bad event falls on the canary
 * with the probability the call had of being given to it. A version that is r times worse draws them with
 * odds r times as high. The mixture of likelihood ratios over some r is an e-process: for a healthy version
 * its expectation never exceeds 1, so the chance that it *ever* reaches 1/alpha, however often one looks, is
 * at most alpha (Ville 1939). It needs no base rate, and holds while rates drift and weights change.
 *
 * Sources: Lindon & Malek, Anytime-valid inference for multinomial count data, NeurIPS 2022
 * (arXiv 2011.03567); Lindon et al., Rapid regression detection in software deployments through sequential
 * testing, KDD 2022 (2205.14762); Waudby-Smith & Ramdas, Estimating means of bounded random variables by
 * betting, JRSS-B 2024 (2010.09686); Ramdas et al., Game-theoretic statistics and safe anytime-valid
 * inference, Statistical Science 2023 (2210.01948).
 */

/**
 * How many times worse a version might be, beyond what is forgiven: from half as bad again to dead. A bet on
 * each, most where evidence is dearest: of versions three times as bad, those that are missed are the ones that
 * looked no more than twice as bad. A dead one is found by its third failure with a fifth; see decision 0019.
 */
const odds = [1.5, 2, 3, 5, 10, 30, 100] as const
const bets = [0.2, 0.38, 0.1, 0.05, 0.04, 0.03, 0.2] as const
const logOdds = odds.map(Math.log)

/** "Up to 25 % worse is fine": odds that are forgiven, and room for probabilities that are estimates. */
const TOLERANCE = 1.25

/** Bad events of one kind, by arm, and what they say: a log-likelihood ratio for each of the odds. */
export interface Tally {
  readonly canary: number
  readonly stable: number
  readonly logLikelihoods: readonly number[]
}

export const emptyTally: Tally = Object.freeze({
  canary: 0,
  stable: 0,
  logLikelihoods: Object.freeze(odds.map(() => 0)),
})

/** What one event is worth: on the canary, and on stable. Kept for the probability last asked for. */
let known = { probability: Number.NaN, onCanary: [] as number[], onStable: [] as number[] }

function worth(probability: number): typeof known {
  if (known.probability === probability) return known
  const tolerated = (TOLERANCE * probability) / (TOLERANCE * probability + 1 - probability)
  const onStable = odds.map((ratio) => -Math.log(ratio * tolerated + 1 - tolerated))
  const onCanary = onStable.map((log, index) => log + (logOdds[index] as number))
  known = { probability, onCanary, onStable }
  return known
}

/**
 * Counts bad events that happened under one probability.
 * @param probability that the canary had the call, in force when the call was admitted: 0 to 1. Events of
 *   calls that could only go to one arm (0 or 1) say nothing.
 */
export function addEvents(
  tally: Tally,
  probability: number,
  events: { readonly canary: number; readonly stable: number },
): Tally {
  const { onCanary, onStable } = worth(Math.min(1, Math.max(0, probability)))
  return {
    canary: tally.canary + events.canary,
    stable: tally.stable + events.stable,
    logLikelihoods: tally.logLikelihoods.map(
      (log, index) =>
        log +
        events.canary * (onCanary[index] as number) +
        events.stable * (onStable[index] as number),
    ),
  }
}

/** What two nodes, or two steps, saw together: likelihoods of different events multiply. */
export function mergeTallies(left: Tally, right: Tally): Tally {
  return {
    canary: left.canary + right.canary,
    stable: left.stable + right.stable,
    logLikelihoods: left.logLikelihoods.map(
      (log, index) => log + (right.logLikelihoods[index] as number),
    ),
  }
}

/** The logarithm of the e-value: of the likelihood ratios, weighted by the bets. Never overflows. */
export function logEvidence(tally: Tally): number {
  return logWeightedSum(tally.logLikelihoods, bets)
}

/** log Σ weight·exp(log). A loop, as it runs after each event. */
export function logWeightedSum(logs: readonly number[], weights: readonly number[]): number {
  let highest = Number.NEGATIVE_INFINITY
  for (const log of logs) if (log > highest) highest = log
  if (highest === Number.NEGATIVE_INFINITY) return highest
  let sum = 0
  for (let index = 0; index < logs.length; index++) {
    sum += (weights[index] as number) * Math.exp((logs[index] as number) - highest)
  }
  return highest + Math.log(sum)
}
