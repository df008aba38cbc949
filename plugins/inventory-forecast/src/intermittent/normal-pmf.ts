import { normalUpperTail } from '../inventory/normal.ts'
import { type Pmf, pmfOf } from './pmf.ts'

/** Normal demand on a grid; what lies below 0 counts as 0. @param mean and deviation in steps. */
export function normalPmf(mean: number, deviation: number, step: number): Pmf {
  if (deviation === 0) {
    const cells = Math.round(mean)
    return pmfOf(step, [...Array<number>(cells).fill(0), 1])
  }
  const cells = Math.ceil(mean + 8 * deviation)
  const tails = Array.from({ length: cells + 2 }, (_, i) =>
    i === 0 ? 1 : normalUpperTail((i - 0.5 - mean) / deviation),
  )
  return pmfOf(
    step,
    tails.slice(0, -1).map((tail, i) => tail - (tails[i + 1] as number)),
  )
}
