import { normalCdf, normalQuantile } from './normal.ts'

/** How long something takes: half of the times no longer than `median`, nine of ten times no longer than `p90`. Hours. */
export interface Duration {
  readonly median: number
  readonly p90: number
}

/** The 0.9 quantile of the standard normal distribution. */
const Z90 = 1.2815515655446004
/** No duration is exact, and a lognormal one needs a median above 0. */
const LEAST_SIGMA = 0.05
const LEAST_HOURS = 0.01

/** Durations are taken as lognormal: never negative, with a long tail, and told by two quantiles. */
interface Lognormal {
  readonly mu: number
  readonly sigma: number
}

function lognormalOf({ median, p90 }: Duration): Lognormal {
  const half = Math.max(LEAST_HOURS, median)
  return {
    mu: Math.log(half),
    sigma: Math.max(LEAST_SIGMA, Math.log(Math.max(p90, half) / half) / Z90),
  }
}

/** What is left of a duration of which `age` hours are over: quantiles of T − age, given T > age. */
export function remainingOf(duration: Duration, age: number): Duration {
  if (age <= LEAST_HOURS) return duration
  const { mu, sigma } = lognormalOf(duration)
  const over = normalCdf((Math.log(age) - mu) / sigma)
  // Nothing like it was ever seen: it takes as long again as it has taken.
  if (over > 0.999) return { median: age / 2, p90: age * 2 }
  const at = (share: number) =>
    Math.exp(mu + sigma * normalQuantile(over + (1 - over) * share)) - age
  const median = Math.max(LEAST_HOURS, at(0.5))
  return { median, p90: Math.max(median, at(0.9)) }
}

/**
 * The sum of independent durations as one: L. F. Fenton, "The sum of log-normal probability distributions in scatter transmission
 * systems", IRE Transactions on Communications Systems 8 (1960), by matching mean and variance (Fenton–Wilkinson).
 */
export function sumOf(durations: readonly Duration[]): Duration {
  if (durations.length === 0) return { median: LEAST_HOURS, p90: LEAST_HOURS }
  let [mean, variance] = [0, 0]
  for (const { mu, sigma } of durations.map(lognormalOf)) {
    const own = Math.exp(mu + (sigma * sigma) / 2)
    mean += own
    variance += (Math.exp(sigma * sigma) - 1) * own * own
  }
  const square = Math.log(1 + variance / (mean * mean))
  const median = mean / Math.exp(square / 2)
  return { median, p90: median * Math.exp(Z90 * Math.sqrt(square)) }
}

/** The probability that it takes no longer than `hours`. */
export function chanceWithin(duration: Duration, hours: number): number {
  if (hours <= 0) return 0
  const { mu, sigma } = lognormalOf(duration)
  return normalCdf((Math.log(hours) - mu) / sigma)
}
