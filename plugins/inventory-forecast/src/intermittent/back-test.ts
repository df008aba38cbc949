import { type DemandMethod, demandModels, type ModelTask } from './demand-models.ts'
import { interpolatedQuantile } from './pmf.ts'

export interface BackTested {
  readonly method: DemandMethod
  /** Mean quantile loss, in units: what a stock at the quantile was too high or too low by, weighted by the level. */
  readonly pinball: number
  /** Share of origins whose demand stayed within the quantile. */
  readonly hitRate: number
}

export interface BackTest {
  readonly origins: number
  readonly methods: readonly BackTested[]
}

/** A year, or half of what there is: a model is not judged on what it has hardly learnt from. */
const SHORTEST_TRAINING = 12
const MOST_ORIGINS = 24
/** Of fewer, chance would choose. */
const FEWEST_ORIGINS = 8
/**
 * Another method than the first has to be so much better: two dozen overlapping forecasts of one item differ by chance.
 * Within the training months of 60 spare parts no bar from 0.95 to 0.7 did better than another beyond chance (0.307 to
 * 0.309 a month), so the one that changes methods least without being idle stands.
 */
const CLEARLY_BETTER = 0.8

/** The quantile loss (Koenker and Bassett 1978, Econometrica 46, 33–50). */
export function pinballLoss(actual: number, quantile: number, level: number): number {
  return actual >= quantile ? level * (actual - quantile) : (1 - level) * (quantile - actual)
}

/**
 * Rolling origins within the history: each method forecasts the demand of the following periods from what came before.
 * @returns undefined where the history is too short to judge by.
 */
export function backTest(
  task: ModelTask,
  methods: readonly DemandMethod[],
  level: number,
): BackTest | undefined {
  const { values } = task
  const periods = Math.max(1, Math.ceil(task.periods))
  const least = Math.max(SHORTEST_TRAINING, Math.floor(values.length / 2))
  const from = Math.max(least, values.length - periods - MOST_ORIGINS + 1)
  const origins: number[] = []
  for (let origin = from; origin + periods <= values.length; origin++) {
    // Before the first demand there is nothing to tell methods apart by.
    if (values.slice(0, origin).some((value) => value > 0)) origins.push(origin)
  }
  if (origins.length < FEWEST_ORIGINS) return undefined
  return {
    origins: origins.length,
    methods: methods.map((method) => tried(method, { ...task, periods }, origins, level)),
  }
}

function tried(
  method: DemandMethod,
  task: ModelTask,
  origins: readonly number[],
  level: number,
): BackTested {
  let pinball = 0
  let hits = 0
  for (const origin of origins) {
    const pmf = demandModels[method]({ ...task, values: task.values.slice(0, origin) })
    const quantile = interpolatedQuantile(pmf, level)
    const actual = task.values
      .slice(origin, origin + task.periods)
      .reduce((sum, value) => sum + value, 0)
    pinball += pinballLoss(actual, quantile, level) / origins.length
    if (actual <= quantile + 1e-9) hits++
  }
  return { method, pinball, hitRate: hits / origins.length }
}

/** The first method, unless another was clearly better. */
export function chosenBy({ methods }: BackTest): BackTested {
  const [first, ...others] = methods as [BackTested, ...BackTested[]]
  const best = others.reduce((a, b) => (b.pinball < a.pinball ? b : a), first)
  return best.pinball < CLEARLY_BETTER * first.pinball ? best : first
}
