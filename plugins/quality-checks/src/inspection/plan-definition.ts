import type { InspectionLevel, PlanType } from '../sampling/plan-types.ts'
import type { SigmaMethod } from '../sampling/variables-decision.ts'
import type { GivenText } from '../words/local-text.ts'

export type DefectClass = 'critical' | 'major' | 'minor'

export interface Sampling {
  /**
   * `all`: every item is looked at, and each is judged by itself; `percent`: a fixed share; `skip`: not looked at; `variables`: a sample is
   * measured, and the lot judged by mean and standard deviation (ISO 3951, k method).
   */
  readonly kind: 'aql' | 'variables' | 'all' | 'percent' | 'skip'
  readonly scheme?: string
  readonly level?: InspectionLevel
  readonly type?: PlanType
  readonly percent?: number
  /** Of a fixed share: nonconforming items with which the lot is still accepted. */
  readonly accept?: number
  /** By variables: items to measure, and the acceptability constant. */
  readonly sampleSize?: number
  readonly k?: number
  /** By variables: whether the standard deviation comes from the sample (`s`) or is known (`sigma`). */
  readonly method?: SigmaMethod
  readonly sigma?: number
}

export interface Characteristic {
  /** Begins with a letter, so that formulas can name it. */
  readonly id: string
  readonly name: GivenText
  readonly kind: 'attribute' | 'variable'
  /** Classes of defects, each with its own limit; a variable has one, of being out of its limits. */
  readonly classes: readonly { readonly class: DefectClass; readonly aql?: number }[]
  readonly unit?: string
  readonly target?: number
  readonly lsl?: number
  readonly usl?: number
  /** Computed from other variables of the same item, never measured. */
  readonly formula?: string
  readonly gaugeRequired?: boolean
  /** In place of the plan's own. */
  readonly sampling?: Sampling
}

export interface Frequency {
  readonly kind: 'all' | 'periodic' | 'random'
  /** Periodic: the first of so many lots of an item and supplier. */
  readonly everyLots?: number
  /** Periodic: when the last inspected lot is as many days old. */
  readonly everyDays?: number
  /** Random: the share of lots that are inspected. */
  readonly percent?: number
}

export interface PlanScope {
  readonly item?: string
  readonly supplier?: string
  readonly operation?: string
}

export interface PlanDefinition {
  readonly name: GivenText
  readonly scope: PlanScope
  readonly characteristics: readonly Characteristic[]
  readonly sampling: Sampling
  readonly frequency: Frequency
  /** Lots of a supplier of grade A may be skipped once they qualify (ISO 2859-3). */
  readonly skipLot?: boolean
  /** The responsible authority agrees to reduced inspection, and production is steady (ISO 2859-1, 9.3.3). */
  readonly allowReduced?: boolean
  /** `person`: somebody decides; `accept`: what the plan accepts is accepted at once; `all`: rejected too. */
  readonly decidedBy: 'person' | 'accept' | 'all'
  readonly dueHours?: number
  /** What counts as one item to be looked at, in the unit of the lot: 25 for bags of 25 kg. */
  readonly itemQuantity?: number
}

/** What one characteristic is sampled by. */
export function samplingOf(plan: PlanDefinition, characteristic: Characteristic): Sampling {
  return characteristic.sampling ?? plan.sampling
}
