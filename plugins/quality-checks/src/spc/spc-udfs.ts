import { columnar, Refusal, scalar } from '@signalbox/sdk'
import { capability } from '../capability/capability.ts'
import { flagRules } from './flag-rules.ts'
import { ruleSets } from './rule-sets.ts'

/** What says that a series has no capability, in place of a batch that fails for one of its rows. */
const noCapability: ReadonlySet<unknown> = new Set(['CAPABILITY_TOO_FEW', 'CAPABILITY_NO_SPREAD'])

export const spcUdfs = {
  /**
   * Cpk of a series, by the normal law: of numbers in the order in which they were made (sigma from moving ranges), or of
   * subgroups, arrays of numbers. A null limit is none; null where there is no spread to judge.
   */
  cpk: scalar(
    { args: ['json', 'f64', 'f64'], returns: 'f64', nulls: 'pass' },
    (series: unknown, lsl, usl) => {
      if (series === null || (lsl === null && usl === null)) return null
      const subgroups = subgroupsOf(series)
      try {
        const limits = { lsl, usl, target: null }
        return capability({ subgroups, limits, method: 'normal' }).within?.cpk.value ?? null
      } catch (error) {
        if (noCapability.has((error as { code?: unknown }).code)) return null
        throw error
      }
    },
  ),

  /** Places, from 1, at which each of Nelson's rules is complete: `{ "r1": [6], …, "r8": [] }`. */
  nelson_flags: scalar(
    { args: ['json', 'f64', 'f64'], returns: 'json' },
    (series: unknown, centre, sigma) => {
      const flags = flagRules(numbersOf(series), { centre, sigma, rules: 'nelson' })
      return Object.fromEntries(
        ruleSets.nelson.map(({ id }, i) => [
          `r${i + 1}`,
          flags.filter(({ rule }) => rule === id).map(({ index }) => index + 1),
        ]),
      )
    },
  ),

  /** Defects per million opportunities; null where there was no opportunity. */
  dpmo: columnar(
    { args: ['f64', 'f64', 'f64'], returns: 'f64' },
    ([defects, units, chances], rows) => {
      const [d, u, c] = [defects.values, units.values, chances.values]
      const values = new Float64Array(rows)
      const validity = new Uint8Array(Math.ceil(rows / 8))
      for (let row = 0; row < rows; row++) {
        const chance = (u[row] ?? 0) * (c[row] ?? 0)
        if (!(chance > 0)) continue
        values[row] = (1e6 * (d[row] ?? 0)) / chance
        validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7))
      }
      return { values, validity }
    },
  ),
}

/** @throws Refusal SPC_VALUE_INVALID */
function numbersOf(value: unknown): number[] {
  if (isNumbers(value)) return value
  throw new Refusal('SPC_VALUE_INVALID', 'A series is an array of numbers, such as [1.5, 2].')
}

function subgroupsOf(value: unknown): number[][] {
  if (Array.isArray(value) && value.length > 0 && value.every(isNumbers)) return value
  return numbersOf(value).map((number) => [number])
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((x) => typeof x === 'number')
}
