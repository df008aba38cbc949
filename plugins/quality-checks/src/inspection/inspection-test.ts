import type { AttributePlan, Severity, StageVerdict } from '../sampling/plan-types.ts'
import type { SigmaMethod } from '../sampling/variables-decision.ts'
import type { DefectClass } from './plan-definition.ts'

/** What is found in one sample item, or in several looked at together. */
export interface Found {
  readonly sample: string
  /** Place of the first among what was looked at for the characteristic, from 1. */
  readonly ordinal: number
  readonly inspected: number
  /** Nonconforming items, or nonconformities where the plan counts those. */
  readonly count: number
  /** Nonconforming items. */
  readonly items: number
  /** Of a variable: what was measured. */
  readonly value?: number
}

/** A sample that is measured, by ISO 3951's k method. */
export interface VariablesTest {
  readonly method: SigmaMethod
  readonly k: number
  /** Known; of the method s there is none. */
  readonly sigma?: number
  readonly lower?: number
  readonly upper?: number
  /** The sample, by the places of its items. */
  readonly values: readonly { readonly ordinal: number; readonly value: number }[]
}

/** One characteristic and class of defects of an inspection, with its sampling plan and how far it has come. */
export interface InspectionTest {
  readonly characteristic: string
  readonly class: DefectClass
  /** Whether items are counted that do not conform, or every nonconformity of them (AQL above 10). */
  readonly counts: 'items' | 'nonconformities'
  readonly aql: number | null
  readonly severity: Severity
  /** The switching rules stopped acceptance: no lot is accepted by plan until somebody resumes it. */
  readonly discontinued: boolean
  /** Every item is looked at and judged by itself. */
  readonly screening: boolean
  readonly plan: AttributePlan
  /** From 0: the stage whose sample is being taken. */
  readonly stage: number
  readonly inspected: number
  /** Items with something found, by their place. */
  readonly found: readonly Found[]
  readonly verdict: 'open' | Exclude<StageVerdict, 'continue'>
  /** Judged by mean and standard deviation of its sample, not by how many items do not conform. */
  readonly variables?: VariablesTest
}

export function isJudged({ verdict }: InspectionTest): boolean {
  return verdict !== 'open'
}

export function isRejected({ verdict }: InspectionTest): boolean {
  return verdict === 'reject'
}

/** Nonconforming items seen, in and beyond the sample; one that fails several tests is one. */
export function itemsFound(tests: readonly InspectionTest[]): number {
  const bySample = new Map<string, number>()
  for (const { sample, items } of tests.flatMap(({ found }) => found)) {
    bySample.set(sample, Math.max(items, bySample.get(sample) ?? 0))
  }
  return [...bySample.values()].reduce((sum, items) => sum + items, 0)
}

/** Counted as the plan counts. */
export function countFound({ found }: InspectionTest): number {
  return found.reduce((sum, { count }) => sum + count, 0)
}
