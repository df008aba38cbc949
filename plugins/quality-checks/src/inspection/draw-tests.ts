import type {
  AttributePlan,
  PlanRequest,
  Severity,
  SwitchingState,
} from '../sampling/plan-types.ts'
import { planFor } from '../sampling/sampling-plan.ts'
import type { InspectionTest } from './inspection-test.ts'
import type { Characteristic, DefectClass, PlanDefinition, Sampling } from './plan-definition.ts'
import { samplingOf } from './plan-definition.ts'
import type { Schemes } from './plan-schemes.ts'
import { variablesTest } from './variables-test.ts'

/** What is known of the supplier and item when a lot is planned. */
export interface Standing {
  readonly schemes: Schemes
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
      drawTest(plan, { characteristic, entry, sampling, lotSize }, standing),
    )
  })
}

interface Drawn {
  readonly characteristic: Characteristic
  readonly entry: { readonly class: DefectClass; readonly aql?: number }
  readonly sampling: Sampling
  readonly lotSize: number
}

function drawTest(
  { allowReduced = false }: PlanDefinition,
  { characteristic, entry: { class: defectClass, aql }, lotSize, ...drawn }: Drawn,
  { grade, switching, schemes }: Standing,
): InspectionTest {
  const { id } = characteristic
  const sampling = samplingFor(drawn.sampling, lotSize)
  const state = switching.get(switchingKey(id, defectClass))?.severity ?? 'normal'
  const severity = severityFor(state, grade, allowReduced)
  return {
    characteristic: id,
    class: defectClass,
    // ISO 2859-1, 5.2: limits above 10 are of nonconformities per 100 items only.
    counts: aql !== undefined && aql > 10 ? 'nonconformities' : 'items',
    aql: sampling.kind === 'aql' ? (aql ?? null) : null,
    severity,
    discontinued: state === 'discontinued',
    screening: sampling.kind === 'all',
    plan: planOf(sampling, { lotSize, aql: aql ?? 0, severity }, schemes),
    stage: 0,
    inspected: 0,
    found: [],
    verdict: 'open',
    ...(sampling.kind === 'variables'
      ? { variables: variablesTest(characteristic, sampling) }
      : {}),
  }
}

/** A lot that is no larger than the sample to measure is looked at whole, and each item is judged by itself. */
function samplingFor(sampling: Sampling, lotSize: number): Sampling {
  const { kind, sampleSize = 0 } = sampling
  return kind === 'variables' && lotSize <= sampleSize ? { kind: 'all' } : sampling
}

/**
 * A supplier of grade D is never below tightened, and where acceptance was discontinued, what is looked at is so too.
 * Reduced is what the newest version of the plan still allows.
 */
function severityFor(
  state: SwitchingState['severity'],
  grade: string | undefined,
  allowReduced: boolean,
): Severity {
  if (state === 'discontinued' || grade === 'D') return 'tightened'
  return state === 'reduced' && !allowReduced ? 'normal' : state
}

function planOf(
  sampling: Sampling,
  { lotSize, aql, severity }: Pick<PlanRequest, 'lotSize' | 'aql' | 'severity'>,
  schemes: Schemes,
): AttributePlan {
  const { kind, scheme = '', level = 'II', type = 'single', percent = 100 } = sampling
  if (kind === 'aql') {
    return planFor({ scheme, type, lotSize, level, aql, severity }, schemes.get(scheme))
  }
  const part = Math.min(lotSize, Math.ceil((lotSize * percent) / 100))
  const { sampleSize = 0 } = sampling
  const share = kind === 'all' ? lotSize : kind === 'variables' ? sampleSize : part
  // By variables no number of items decides: so many are not in the sample.
  const accept = kind === 'variables' ? sampleSize : (sampling.accept ?? 0)
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
