import { unitCode } from '../units/units-of-measure.ts'
import type { GivenText } from '../words/local-text.ts'
import {
  type CertificateLine,
  figuresOf,
  type Specification,
  withinSpecification,
} from './certificate.ts'

/** A characteristic as the plan of the lot has it. */
export interface PlannedCharacteristic {
  readonly id: string
  readonly name: GivenText
  readonly kind: 'attribute' | 'variable'
  readonly unit?: string
  readonly target?: number
  readonly lsl?: number
  readonly usl?: number
}

/** Measurements of one characteristic, put together. */
export interface MeasuredCharacteristic {
  readonly characteristic: string
  readonly values: readonly number[]
  readonly inspected: number
  readonly nonconforming: number
  readonly gauges: readonly string[]
}

export interface LaboratoryFinding {
  readonly characteristic: string
  readonly laboratory: string
  readonly value: number | null
  readonly finding: string | null
  readonly unit: string | null
  readonly lower: number | null
  readonly upper: number | null
  readonly passed: boolean | null
  readonly method: string | null
}

/** A result that is in no table of this plugin, such as of a melt that the supplier tested. */
export interface GivenResult {
  readonly characteristic: string
  readonly name?: GivenText
  readonly value?: number
  readonly text?: string
  readonly unit?: string
  readonly lower?: number
  readonly upper?: number
  /** For what is no number. */
  readonly conforms?: boolean
  readonly method?: string
}

const noSpecification: Specification = {
  ...{ lower: null, upper: null, target: null, unit: null, text: null },
}

export function inspectionLine(
  planned: PlannedCharacteristic | undefined,
  { characteristic, values, inspected, nonconforming, gauges }: MeasuredCharacteristic,
): CertificateLine {
  const specification = specificationOf(planned)
  const isVariable = planned?.kind !== 'attribute' && values.length > 0
  // What was judged when it was measured counts: limits may have been those of another version of the plan.
  const within = isVariable ? (withinSpecification(specification, values) ?? true) : true
  return {
    characteristic,
    name: planned?.name ?? { en: characteristic },
    specification,
    result: { count: inspected, nonconforming, text: null, ...figuresOf(isVariable ? values : []) },
    conforms: nonconforming === 0 && within,
    method: null,
    gauges: gauges.toSorted(),
    ...{ source: 'inspection', laboratory: null },
  }
}

function specificationOf(planned: PlannedCharacteristic | undefined): Specification {
  if (planned === undefined) return noSpecification
  const { lsl = null, usl = null, target = null, unit } = planned
  const code = unit === undefined ? null : unitCode(unit)
  return { lower: lsl, upper: usl, target, unit: code, text: null }
}

export function laboratoryLine(
  planned: PlannedCharacteristic | undefined,
  found: LaboratoryFinding,
): CertificateLine {
  const { characteristic, value, finding, unit, lower, upper, passed, method, laboratory } = found
  const values = value === null ? [] : [value]
  return {
    characteristic,
    name: planned?.name ?? { en: characteristic },
    specification: { ...noSpecification, lower, upper, unit },
    result: {
      count: 1,
      nonconforming: passed === false ? 1 : 0,
      text: finding,
      ...figuresOf(values),
    },
    conforms: passed,
    ...{ method, gauges: [], source: 'laboratory', laboratory },
  }
}

export function givenLine(given: GivenResult): CertificateLine {
  const { characteristic, name, value, text = null, unit, lower = null, upper = null } = given
  const values = value === undefined ? [] : [value]
  const conforms = withinSpecification({ lower, upper }, values) ?? given.conforms ?? null
  const code = unit === undefined ? null : unitCode(unit)
  return {
    characteristic,
    name: name ?? { en: characteristic },
    specification: { ...noSpecification, lower, upper, unit: code },
    result: { count: 1, nonconforming: conforms === false ? 1 : 0, text, ...figuresOf(values) },
    ...{ conforms, method: given.method ?? null, gauges: [], source: 'given', laboratory: null },
  }
}
