import { Refusal } from '@signalbox/sdk'
import { hasLimit, isWithin } from '../limits/within-limits.ts'
import type { SupplierMeasurement } from '../lots/lot-arrival.ts'
import { convert, unitCode } from '../units/units-of-measure.ts'
import type { PlanDefinition } from './plan-definition.ts'

/**
 * What the supplier says that he measured, in our unit and by our limits. It stands beside our sample and is never a part
 * of it: who sells the goods does not accept them.
 */
export function besideOurs(plan: PlanDefinition | null, measured: SupplierMeasurement) {
  const { characteristic: id, value, unit } = measured
  const ours = plan?.characteristics.find((one) => one.id === id)
  const inOurs = ours?.unit === undefined ? null : inUnit(measured, ours.unit)
  const limits = { lower: ours?.lsl, upper: ours?.usl }
  return {
    characteristic: id,
    value,
    unit: unit ?? null,
    inOurUnit: inOurs,
    ourUnit: ours?.unit === undefined ? null : unitCode(ours.unit),
    conforming: inOurs === null || !hasLimit(limits) ? null : isWithin(limits, inOurs),
  }
}

/** Null: it came without a unit, or with one of another kind, and nobody guesses. */
function inUnit({ value, unit }: SupplierMeasurement, to: string): number | null {
  if (unit === undefined) return null
  try {
    return convert(value, unit, to)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
