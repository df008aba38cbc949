import type { Gauge } from '../gauges/gauge.ts'
import type { InspectionTest } from './inspection-test.ts'
import type { DefectClass, PlanDefinition } from './plan-definition.ts'

export interface Defect {
  readonly class: DefectClass
  /** What kind of defect, in the words of the tenant. */
  readonly code?: string
  /** Of one item: nonconformities; of several looked at together: nonconforming items of the class. */
  readonly count: number
}

/** What an inspector sends of one sample item and characteristic, or of several items that he looked at together. */
export interface Result {
  readonly id: string
  readonly characteristic: string
  /** Serial number or any name of the item; without it the next number. */
  readonly sample?: string
  readonly inspected?: number
  readonly pass?: boolean
  readonly defects?: readonly Defect[]
  readonly value?: number
  readonly unit?: string
  readonly gauge?: string
  readonly operator?: string
  readonly at?: string
  readonly photos?: readonly string[]
  /** The measurement that this one replaces, with the reason. */
  readonly corrects?: string
  readonly reason?: string
}

/** A row of the table of measurements. */
export interface Measurement {
  readonly id: string
  readonly characteristic: string
  readonly sample: string
  readonly ordinal: number
  readonly inspected: number
  readonly value: number | null
  readonly enteredValue: number | null
  readonly enteredUnit: string | null
  readonly conforming: boolean
  readonly defects: readonly Defect[]
  readonly gauge: string | null
  readonly gaugeWasOverdue: boolean
  readonly operator: string
  readonly measuredAt: string
  readonly photos: readonly string[]
  readonly corrects: string | null
  readonly reason: string | null
}

/** What is already there of the samples that results speak of. */
export type Known = Pick<
  Measurement,
  'id' | 'characteristic' | 'sample' | 'ordinal' | 'inspected' | 'value'
> & {
  /** Another row has replaced it. */
  readonly isCorrected: boolean
}

/** All that judging results takes. */
export interface Bench {
  readonly plan: PlanDefinition
  readonly tests: readonly InspectionTest[]
  readonly known: readonly Known[]
  readonly gauges: readonly Gauge[]
  /** Of a lot whose items have serial numbers: those that results name. */
  readonly serials: ReadonlySet<string> | undefined
  /** Photos that are there. */
  readonly photos: ReadonlySet<string>
  /** Items in the lot. */
  readonly lotSize: number
  readonly overdueGauge: 'refuse' | 'flag'
  readonly actor: string
  readonly now: number
  /** Before it the goods were not there to be measured. */
  readonly measurableFrom: number
}

export interface RefusedResult {
  readonly id: string
  readonly code: string
  readonly message: string
}

export interface JudgedResults {
  readonly rows: readonly Measurement[]
  readonly tests: readonly InspectionTest[]
  /** Sent before, and taken then. */
  readonly repeated: readonly string[]
  readonly refused: readonly RefusedResult[]
}
