import { Refusal } from '@signalbox/sdk'
import { hasLimit, isWithin } from '../limits/within-limits.ts'
import { convert, unitCode } from '../units/units-of-measure.ts'
import type {
  Expected,
  JudgedResult,
  LaboratoryReport,
  ReportedResult,
} from './laboratory-report.ts'
import type { LaboratorySource } from './laboratory-settings.ts'

/** What characteristics of the lot have to keep, by the plan that it was inspected by. */
export type PlanLimits = ReadonlyMap<string, Expected>

/**
 * Results in the units of their characteristics, judged by their limits. The plan of the lot says what has to be kept; the
 * settings of the laboratory only where it says nothing. A verdict of the laboratory is kept, and never overrules a limit.
 * @throws UNIT_MISSING, UNIT_MISMATCHED
 */
export function judgeReport(
  { results }: LaboratoryReport,
  plan: PlanLimits,
  { characteristics = [] }: Pick<LaboratorySource, 'characteristics'>,
): readonly JudgedResult[] {
  return results.map((result) => {
    const mapped = characteristics.find((one) => one.characteristic === result.characteristic)
    const { unit = null, lower = null, upper = null } = mapped ?? {}
    return judgeResult(result, plan.get(result.characteristic) ?? { unit, lower, upper })
  })
}

function judgeResult(result: ReportedResult, expected: Expected): JudgedResult {
  const { value, unit, characteristic, uncertainty } = result
  const same = { ...result, ...expected, reportedValue: value, reportedUnit: unit }
  if (value === null) return { ...same, unit: null }
  if (expected.unit === null) {
    // A pH has limits and no unit; where a laboratory names one all the same, nobody said whether the limits are in it.
    if (unit !== null && hasLimit(expected)) throw unitUnexpected(characteristic, unit)
    const passed = verdictOf(result.passed, value, expected)
    return { ...same, unit: unit === null ? null : unitCode(unit), passed }
  }
  if (unit === null) {
    throw new Refusal(
      'UNIT_MISSING',
      `${characteristic} is measured in ${expected.unit}: send the unit, or name the laboratory's under \`reportedUnit\`.`,
    )
  }
  const converted = convert(value, unit, expected.unit)
  return {
    ...same,
    value: converted,
    // A width, not a place: what is added to a temperature is not added to its uncertainty.
    uncertainty:
      uncertainty === null
        ? null
        : Math.abs(convert(value + uncertainty, unit, expected.unit) - converted),
    passed: verdictOf(result.passed, converted, expected),
  }
}

function unitUnexpected(characteristic: string, unit: string): Refusal {
  return new Refusal(
    'UNIT_MISMATCHED',
    `${characteristic} is reported in ${unit}, and its limits have no unit: name it under \`unit\` of the laboratory's settings.`,
  )
}

/** Null: nobody said what would be right. */
function verdictOf(passed: boolean | null, value: number, expected: Expected): boolean | null {
  if (!hasLimit(expected)) return passed
  return isWithin(expected, value) && passed !== false
}

/** Of the whole report: failed when anything did, passed when all did. */
export function verdictOfReport(results: readonly Pick<JudgedResult, 'passed'>[]): boolean | null {
  if (results.some(({ passed }) => passed === false)) return false
  return results.every(({ passed }) => passed === true) ? true : null
}
