import { Refusal } from '@signalbox/sdk'
import { parseFormula } from './formula.ts'
import type { InspectionTest } from './inspection-test.ts'
import { defectsOf } from './judge-value.ts'
import type { Characteristic, PlanDefinition } from './plan-definition.ts'
import type { Known, Measurement, RefusedResult } from './result.ts'

interface Measured {
  readonly plan: PlanDefinition
  readonly tests: readonly InspectionTest[]
  /** All that is known of the samples, the new rows too. */
  readonly known: readonly Known[]
  readonly rows: readonly Measurement[]
}

interface Computed {
  readonly rows: readonly Measurement[]
  readonly refused: readonly RefusedResult[]
}

/**
 * Values of formulas, for each sample of which something that they read has just been measured or corrected, and
 * nothing is missing.
 */
export function computedResults(measured: Measured): Computed {
  const all = measured.plan.characteristics.map((characteristic) => {
    return characteristic.formula === undefined
      ? { rows: [], refused: [] }
      : computedOf(measured, characteristic, characteristic.formula)
  })
  return { rows: all.flatMap(({ rows }) => rows), refused: all.flatMap(({ refused }) => refused) }
}

function computedOf(
  { tests, known, rows: measured }: Measured,
  characteristic: Characteristic,
  text: string,
): Computed {
  const formula = parseFormula(text)
  const touched = measured.filter((row) => formula.reads.includes(row.characteristic))
  const newest = new Map(touched.map((row) => [row.sample, row]))
  let next = 1 + (tests.find((test) => test.characteristic === characteristic.id)?.inspected ?? 0)
  const rows: Measurement[] = []
  const refused: RefusedResult[] = []
  for (const [sample, row] of newest) {
    const current = known.filter((other) => other.sample === sample && !other.isCorrected)
    const values = new Map(current.map((other) => [other.characteristic, other.value]))
    if (formula.reads.some((name) => typeof values.get(name) !== 'number')) continue
    const before = current.find((other) => other.characteristic === characteristic.id)
    try {
      const value = formula.value((name) => values.get(name) ?? Number.NaN)
      const ordinal = before?.ordinal ?? next
      if (before === undefined) next += 1
      rows.push(computedRow(characteristic, value, row, { before, ordinal }))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refused.push({ id: row.id, code: error.code, message: error.message })
    }
  }
  return { rows, refused }
}

function computedRow(
  characteristic: Characteristic,
  value: number,
  newest: Measurement,
  { before, ordinal }: { readonly before: Known | undefined; readonly ordinal: number },
): Measurement {
  const defects = defectsOf(characteristic, value)
  return {
    ...newest,
    id: `${newest.id}=${characteristic.id}`,
    characteristic: characteristic.id,
    inspected: 1,
    ordinal,
    value,
    enteredValue: null,
    enteredUnit: null,
    conforming: defects.length === 0,
    defects,
    gauge: null,
    photos: [],
    corrects: before?.id ?? null,
    reason: before === undefined ? null : `${newest.characteristic} was corrected`,
  }
}
