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

/** Odds that are bet on, and those that are forgiven. */
export interface OddsFamily {
  readonly odds: readonly number[]
  /** Sum to 1. */
  readonly bets: readonly number[]
  /** Odds that are forgiven, and room for probabilities that are estimates. */
  readonly tolerance: number
}

/**
 * Events of which more are bad. How many times as many, beyond what is forgiven: from half as many again to dead.
 * Most is bet where evidence is dearest: of versions three times as bad, those that are missed are the ones that
 * looked no more than twice as bad. A dead one is found by its third failure with a fifth; see decision 0019.
 * "Up to 25 % worse is fine."
 */
export const more: OddsFamily = {
  odds: [1.5, 2, 3, 5, 10, 30, 100],
  bets: [0.2, 0.38, 0.1, 0.05, 0.04, 0.03, 0.2],
  tolerance: 1.25,
}

/** Events of which fewer are bad: from two thirds of them to hardly any. "Down to 80 % is fine." */
export const fewer: OddsFamily = {
  odds: [0.67, 0.5, 0.33, 0.2, 0.1, 0.03],
  bets: [0.25, 0.25, 0.2, 0.1, 0.1, 0.1],
  tolerance: 0.8,
}

const tolerant = new Map<string, OddsFamily>()

/** The same bets with other odds forgiven. One object for each, as what an event is worth is kept by it. */
export function tolerating(family: OddsFamily, tolerance: number | undefined): OddsFamily {
  if (tolerance === undefined || tolerance === family.tolerance) return family
  const key = `${family === more ? 'more' : 'fewer'} ${tolerance}`
  const known = tolerant.get(key) ?? Object.freeze({ ...family, tolerance })
  if (tolerant.size < MOST_TOLERANCES) tolerant.set(key, known)
  return known
}

/** Of all plans that run at once; beyond it only time is lost. */
const MOST_TOLERANCES = 1000

/** Bad events of one kind, by arm, and what they say: a log-likelihood ratio for each of the odds. */
export interface Tally {
  readonly canary: number
  readonly stable: number
  readonly logLikelihoods: readonly number[]
}

export function tallyFor({ odds }: OddsFamily): Tally {
  return Object.freeze({
    canary: 0,
    stable: 0,
    logLikelihoods: Object.freeze(odds.map(() => 0)),
  })
}

/** Of events of which more are bad. */
export const emptyTally: Tally = tallyFor(more)

/** What one event is worth: on the canary, and on stable. Kept for the probability last asked for. */
let known = {
  family: more,
  probability: Number.NaN,
  onCanary: [] as number[],
  onStable: [] as number[],
}

function worth(family: OddsFamily, probability: number): typeof known {
  if (known.family === family && known.probability === probability) return known
  const { odds, tolerance } = family
  const tolerated = (tolerance * probability) / (tolerance * probability + 1 - probability)
  const onStable = odds.map((ratio) => -Math.log(ratio * tolerated + 1 - tolerated))
  const onCanary = onStable.map((log, index) => log + Math.log(odds[index] as number))
  known = { family, probability, onCanary, onStable }
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
  family: OddsFamily = more,
): Tally {
  const { onCanary, onStable } = worth(family, Math.min(1, Math.max(0, probability)))
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
export function logEvidence(tally: Tally, family: OddsFamily = more): number {
  return logWeightedSum(tally.logLikelihoods, family.bets)
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
