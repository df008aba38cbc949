import type { Random } from '../inventory/seeded-random.ts'
import { nothing, type Pmf, pmfOf } from './pmf.ts'

/** Smooths chances counted from few changes: one change of each kind is added. */
const ADDED = 1
/** Cells that a drawn sum is kept to; beyond it the draw counts at the end. */
const MOST_CELLS = 20_000

/**
 * Demand over coming periods by the bootstrap of Willemain, Smart and Schwarz (2004, International Journal of Forecasting
 * 20, 375–387): whether a period has demand follows a two-state Markov chain from the last period on, so that quiet
 * spells and runs last as they did; sizes are drawn from the history and jittered, so that sizes not yet seen come
 * too. The same draws give the same distribution.
 * @param cells whole numbers of steps.
 */
export function markovBootstrap(
  cells: readonly number[],
  options: {
    readonly periods: number
    readonly paths: number
    readonly step: number
    readonly random: Random
  },
): Pmf {
  const { periods, paths, step, random } = options
  const sizes = cells.filter((cell) => cell > 0)
  if (sizes.length === 0) return nothing(step)
  const afterQuiet = chanceAfter(cells, false)
  const afterDemand = chanceAfter(cells, true)
  const sums = Array.from({ length: paths }, () => {
    let hasDemand = (cells.at(-1) ?? 0) > 0
    let sum = 0
    for (let period = 0; period < periods; period++) {
      hasDemand = random() < (hasDemand ? afterDemand : afterQuiet)
      if (hasDemand) sum += jittered(sizes[Math.floor(random() * sizes.length)] as number, random)
    }
    return Math.min(sum, MOST_CELLS)
  })
  const counts = new Float64Array(1 + sums.reduce((most, sum) => Math.max(most, sum), 0))
  for (const sum of sums) counts[sum] = (counts[sum] as number) + 1
  return pmfOf(step, counts)
}

function chanceAfter(cells: readonly number[], demand: boolean): number {
  let followed = 0
  let seen = 0
  for (let t = 1; t < cells.length; t++) {
    if ((cells[t - 1] as number) > 0 !== demand) continue
    seen++
    if ((cells[t] as number) > 0) followed++
  }
  return (followed + ADDED) / (seen + 2 * ADDED)
}

/** 1 + ⌊X + Z·√X⌋, or X where that is not above 0; Z standard normal (by Box and Muller 1958). */
function jittered(size: number, random: Random): number {
  const z = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const moved = 1 + Math.floor(size + z * Math.sqrt(size))
  return moved > 0 ? moved : size
}
