import { planFor } from '../sampling/plan-for.ts'
import type { AttributePlan, Severity, SwitchingState } from '../sampling/plan-types.ts'
import type { InspectionTest } from './inspection-test.ts'
import type { Characteristic, DefectClass, PlanDefinition, Sampling } from './plan-definition.ts'
import { samplingOf } from './plan-definition.ts'

/** What is known of the supplier and item when a lot is planned. */
export interface Standing {
  /** A to D; undefined where the supplier was never scored. */
  readonly grade: string | undefined
  readonly switching: ReadonlyMap<string, SwitchingState>
}

/** Of supplier and item. */
export function switchingKey(characteristic: string, of: DefectClass): string {
  return `${characteristic}/${of}`
}

/**
 * The sampling plans of an inspection, one for each characteristic and class that is not skipped.
 * @param lotSize items in the lot, a whole number
 */
export function drawTests(
  plan: PlanDefinition,
  lotSize: number,
  standing: Standing,
): readonly InspectionTest[] {
  return plan.characteristics.flatMap((characteristic) => {
    const sampling = samplingOf(plan, characteristic)
    if (sampling.kind === 'skip') return []
    return characteristic.classes.map((entry) =>
      drawTest(characteristic, entry, sampling, lotSize, standing),
    )
  })
}

function drawTest(
  { id }: Characteristic,
  { class: defectClass, aql }: { readonly class: DefectClass; readonly aql?: number },
  sampling: Sampling,
  lotSize: number,
  { grade, switching }: Standing,
): InspectionTest {
  const state = switching.get(switchingKey(id, defectClass))?.severity ?? 'normal'
  const severity = severityFor(state, grade)
  return {
    characteristic: id,
    class: defectClass,
    // ISO 2859-1, 5.2: limits above 10 are of nonconformities per 100 items only.
    counts: aql !== undefined && aql > 10 ? 'nonconformities' : 'items',
    aql: sampling.kind === 'aql' ? (aql ?? null) : null,
    severity,
    discontinued: state === 'discontinued',
    screening: sampling.kind === 'all',
    plan: planOf(sampling, lotSize, aql ?? 0, severity),
    stage: 0,
    inspected: 0,
    found: [],
    verdict: 'open',
  }
}

/** A supplier of grade D is never below tightened; where acceptance was discontinued, what is looked at is so too. */
function severityFor(state: SwitchingState['severity'], grade: string | undefined): Severity {
  if (state === 'discontinued' || grade === 'D') return 'tightened'
  return state
}

function planOf(
  sampling: Sampling,
  lotSize: number,
  aql: number,
  severity: Severity,
): AttributePlan {
  const { kind, scheme = '', level = 'II', type = 'single', percent = 100, accept = 0 } = sampling
  if (kind === 'aql') return planFor({ scheme, type, lotSize, level, aql, severity })
  const share = kind === 'all' ? lotSize : Math.min(lotSize, Math.ceil((lotSize * percent) / 100))
  return {
    scheme: kind,
    letter: null,
    severity,
    type: 'single',
    stages: [{ sampleSize: share, accept, reject: accept + 1 }],
    wholeLot: share === lotSize,
  }
}

/** Items of the lot in the sense of the sampling plan. */
export function lotSizeOf(plan: PlanDefinition, quantity: number): number {
  return Math.ceil(Number((quantity / (plan.itemQuantity ?? 1)).toPrecision(12)))
}
