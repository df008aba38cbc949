import { type Random, seededRandom } from '../inventory/seeded-random.ts'
import { type PathSetting, type PathTotals, simulatePath } from './simulate-path.ts'

/** Money. */
export interface SimulationCosts {
  readonly order?: number
  readonly holdingPerUnitPeriod?: number
  /** For each unit that found no stock. */
  readonly shortage?: number
}

/** A mean over paths and the standard error of that mean. */
export interface Estimate {
  readonly mean: number
  readonly standardError: number
}

export interface SimulationResult {
  /** Share of demand filled at once; 1 where there was none. */
  readonly fillRate: Estimate
  /** Share of cycles without a stock-out; 1 where none ended. */
  readonly cycleService: Estimate
  readonly averageStock: Estimate
  /** Orders and cost a period. */
  readonly orders: Estimate
  readonly cost: Estimate
  readonly paths: number
  readonly periods: number
}

/** Steps of paths between two pauses: some tens of milliseconds. */
const STEPS_A_TURN = 200_000

/**
 * Paths of a policy, each from the one seed in order, so that a seed gives the same answer however often is paused.
 * @param pause lets the host's other work in between; resolves when the next turn begins.
 */
export async function simulate(
  setting: PathSetting,
  options: {
    readonly paths: number
    readonly seed: number
    readonly costs: SimulationCosts
    readonly pause: () => Promise<void>
  },
): Promise<SimulationResult> {
  const { paths, seed, costs, pause } = options
  const random: Random = seededRandom(seed)
  const each = setting.warmUp + setting.periods
  const aTurn = Math.max(1, Math.floor(STEPS_A_TURN / each))
  const totals: PathTotals[] = []
  while (totals.length < paths) {
    if (totals.length > 0) await pause()
    for (let i = Math.min(aTurn, paths - totals.length); i > 0; i--) {
      totals.push(simulatePath(setting, random))
    }
  }
  return resultOf(totals, setting.periods, costs)
}

function resultOf(
  totals: readonly PathTotals[],
  periods: number,
  { order = 0, holdingPerUnitPeriod = 0, shortage = 0 }: SimulationCosts,
): SimulationResult {
  const costOf = (path: PathTotals): number =>
    (order * path.orders + holdingPerUnitPeriod * path.stock + shortage * path.short) / periods
  return {
    fillRate: shareKept(totals.map(({ short, demand }) => ({ part: short, whole: demand }))),
    cycleService: shareKept(
      totals.map(({ cyclesShort, cycles }) => ({ part: cyclesShort, whole: cycles })),
    ),
    averageStock: meanOf(totals.map(({ stock }) => stock / periods)),
    orders: meanOf(totals.map(({ orders }) => orders / periods)),
    cost: meanOf(totals.map(costOf)),
    paths: totals.length,
    periods,
  }
}

function meanOf(values: readonly number[]): Estimate {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value / n, 0)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, standardError: n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n) }
}

/** 1 − Σ part / Σ whole, with the standard error of a ratio (Cochran 1977, "Sampling Techniques", §6.3). */
function shareKept(paths: readonly { readonly part: number; readonly whole: number }[]): Estimate {
  const n = paths.length
  const whole = paths.reduce((sum, path) => sum + path.whole / n, 0)
  if (whole === 0) return { mean: 1, standardError: 0 }
  const ratio = paths.reduce((sum, path) => sum + path.part / n, 0) / whole
  const squares = paths.reduce((sum, path) => sum + (path.part - ratio * path.whole) ** 2, 0)
  return {
    mean: 1 - ratio,
    standardError: n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n) / whole,
  }
}
