import { normalQuantile } from '../inventory/normal.ts'

/** One error of a back-test. */
export interface StepError {
  /** Periods ahead, from 1. */
  readonly step: number
  readonly forecast: number
  /** Actual minus forecast. */
  readonly error: number
}

/** How far actual values lie from forecasts, whatever the step and the probability: plain data. */
export interface Spread {
  /** `conformal`: from errors of a back-test; `parametric`: from errors within the history, taken as normal. */
  readonly kind: 'conformal' | 'parametric'
  /** Errors grow with the level of the forecast: a share of it, not an amount. */
  readonly relative: boolean
  /** An error of step k is k to this power as large as one of step 1. */
  readonly growth: number
  /** Percentiles 0, 1 … 100 of the absolute errors, brought to step 1; of a parametric spread the deviation alone. */
  readonly scores: readonly number[]
  /** Independent errors that the scores are worth, or degrees of freedom. */
  readonly independent: number
  /** Where errors are relative, the least level that they are taken of. */
  readonly floor: number
}

/** Errors of a random walk grow with the root of the steps; the back-test speaks against it by its own weight. */
const USUAL_GROWTH = 0.5
/** Origins that the usual growth is worth: eight, the most a back-test has, weigh as much. */
const USUAL_GROWTH_WEIGHT = 8
/** Below this share of the mean size of the history, a relative error would say that nothing can happen. */
const SMALLEST_LEVEL = 0.05
const PERCENTILES = 100

/**
 * Split conformal intervals from a rolling-origin back-test (Vovk, Gammerman and Shafer 2005, "Algorithmic Learning
 * in a Random World", ch. 4; for forecasts over several steps Stankeviciute, Alaa and van der Schaar 2021): absolute
 * errors, divided by what is usual at their step, are pooled over steps, since eight origins have too few of each.
 * Errors of one origin hang together, so the correction for a finite sample counts what they are worth.
 *
 * @param errors of each origin.
 * @param relative whether errors are shares of the forecast: where the model of the series is multiplicative.
 */
export function conformalSpread(
  errors: readonly (readonly StepError[])[],
  relative: boolean,
  size: number,
): Spread {
  const floor = SMALLEST_LEVEL * size
  const all = errors.flat().map(({ step, forecast, error }) => ({
    step,
    score: Math.abs(error) / (relative ? Math.max(Math.abs(forecast), floor) : 1),
  }))
  const growth = growthOf(all, errors.length)
  const brought = all.map(({ step, score }) => score / step ** growth)
  const independent = independentOf(
    brought,
    errors.map((row) => row.length),
  )
  const sorted = [...brought].sort((a, b) => a - b)
  const scores = Array.from({ length: PERCENTILES + 1 }, (_, p) =>
    interpolated(sorted, (p / PERCENTILES) * (sorted.length - 1)),
  )
  return { kind: 'conformal', relative, growth, scores, independent, floor }
}

/**
 * For a history too short to test: one-step errors within it, spread by the parameters that it was fitted with,
 * taken as normal, growing like those of a random walk.
 */
export function parametricSpread(
  errors: readonly number[],
  parameters: number,
  size: number,
): Spread {
  const freedom = Math.max(errors.length - parameters, 1)
  const squares = errors.reduce((sum, error) => sum + error * error, 0)
  return {
    kind: 'parametric',
    relative: false,
    growth: USUAL_GROWTH,
    scores: [Math.sqrt(squares / freedom)],
    independent: freedom,
    floor: SMALLEST_LEVEL * size,
  }
}

/**
 * The quantile of what will be seen `step` periods ahead.
 * @param p between 0 and 1, both excluded; 0.5 gives the forecast itself.
 */
export function quantileAt(spread: Spread, forecast: number, step: number, p: number): number {
  const level = Math.abs(2 * p - 1)
  const size = spread.relative ? Math.max(Math.abs(forecast), spread.floor) : 1
  const distance = scoreAt(spread, level) * step ** spread.growth * size
  return p < 0.5 ? forecast - distance : forecast + distance
}

function scoreAt({ kind, scores, independent }: Spread, level: number): number {
  if (level === 0) return 0
  if (kind === 'parametric') {
    return (scores[0] as number) * studentQuantile((1 + level) / 2, independent)
  }
  // The correction asks for more than the sample has where it is small: then the largest error is the best answer.
  const corrected = Math.min(level * (1 + 1 / independent), 1)
  return interpolated(scores, corrected * PERCENTILES)
}

/** Growth of errors with the step, by least squares on logarithms, drawn towards the usual one. */
function growthOf(all: readonly { step: number; score: number }[], origins: number): number {
  const bySteps = new Map<number, { sum: number; count: number }>()
  for (const { step, score } of all) {
    const { sum, count } = bySteps.get(step) ?? { sum: 0, count: 0 }
    bySteps.set(step, { sum: sum + score, count: count + 1 })
  }
  let weights = 0
  let x = 0
  let y = 0
  let xx = 0
  let xy = 0
  for (const [step, { sum, count }] of bySteps) {
    if (sum === 0) continue
    const logStep = Math.log(step)
    const logError = Math.log(sum / count)
    weights += count
    x += count * logStep
    y += count * logError
    xx += count * logStep * logStep
    xy += count * logStep * logError
  }
  const variance = weights === 0 ? 0 : xx - (x * x) / weights
  if (variance <= 0) return USUAL_GROWTH
  const seen = (xy - (x * y) / weights) / variance
  const drawn =
    (origins * seen + USUAL_GROWTH_WEIGHT * USUAL_GROWTH) / (origins + USUAL_GROWTH_WEIGHT)
  // Neither does the far future become clearer, nor does an error outgrow a wrong trend.
  return Math.min(Math.max(drawn, 0), 1)
}

/**
 * What clustered scores are worth as independent ones: their number over Kish's design effect, with the intraclass
 * correlation from a one-way analysis of variance (Kish 1965, "Survey Sampling", §5.4). Between the number of origins,
 * where an origin's errors are all alike, and the number of errors.
 * @param sizes scores of each origin, in the order of `scores`.
 */
function independentOf(scores: readonly number[], sizes: readonly number[]): number {
  const all = scores.length
  const origins = sizes.length
  if (all === origins) return all
  const grand = scores.reduce((sum, score) => sum + score / all, 0)
  let between = 0
  let within = 0
  let at = 0
  for (const size of sizes) {
    const own = scores.slice(at, at + size)
    at += size
    const mean = own.reduce((sum, score) => sum + score / size, 0)
    between += size * (mean - grand) ** 2
    within += own.reduce((sum, score) => sum + (score - mean) ** 2, 0)
  }
  const betweenMean = between / (origins - 1)
  const withinMean = within / (all - origins)
  // The size that clusters of unlike sizes count as.
  const size = (all - sizes.reduce((sum, own) => sum + own * own, 0) / all) / (origins - 1)
  const variance = betweenMean + (size - 1) * withinMean
  const correlation = variance > 0 ? (betweenMean - withinMean) / variance : 1
  return all / (1 + (all / origins - 1) * Math.min(Math.max(correlation, 0), 1))
}

/** The t quantile by its expansion around the normal one (Abramowitz and Stegun 1964, 26.7.5). */
function studentQuantile(p: number, freedom: number): number {
  const z = normalQuantile(p)
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3
}

function interpolated(sorted: readonly number[], position: number): number {
  const below = Math.floor(position)
  const low = sorted[below] ?? 0
  const high = sorted[below + 1] ?? low
  return low + (high - low) * (position - below)
}
