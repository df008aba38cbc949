import { Refusal } from '@signalbox/sdk'
import { parseFormula } from './formula.ts'
import type { Characteristic, Frequency, PlanDefinition, Sampling } from './plan-definition.ts'
import { samplingOf } from './plan-definition.ts'

/**
 * What no schema says of a plan.
 * @throws PLAN_INVALID, FORMULA_INVALID
 */
export function requirePlan(plan: PlanDefinition): void {
  const ids = plan.characteristics.map(({ id }) => id)
  if (new Set(ids).size < ids.length) throw invalid('each characteristic needs an id of its own')
  for (const characteristic of plan.characteristics) {
    requireClasses(characteristic)
    requireLimits(characteristic)
    requireSampling(samplingOf(plan, characteristic), characteristic)
    requireFormula(plan, characteristic)
  }
  requireFew(plan)
  requireFrequency(plan.frequency)
}

/** Each may change its severity by the same lot, and is told of with its decision: 64 events in all (sdk/docs/limits.md). */
const MOST_SWITCHING = 50

function requireFew(plan: PlanDefinition): void {
  const switching = plan.characteristics.flatMap((one) =>
    samplingOf(plan, one).kind === 'aql' ? one.classes : [],
  )
  if (switching.length <= MOST_SWITCHING) return
  throw invalid(
    `${switching.length} classes of defects are sampled by AQL, and ${MOST_SWITCHING} at most may be: split it by operation`,
  )
}

function requireClasses({ id, kind, classes }: Characteristic): void {
  const names = classes.map((entry) => entry.class)
  if (new Set(names).size < names.length) throw invalid(`${id} names a class of defects twice`)
  if (kind === 'variable' && names.length !== 1) {
    throw invalid(`${id} is measured: give it one class, that of a value out of its limits`)
  }
}

function requireLimits({ id, kind, unit, target, lsl, usl, formula }: Characteristic): void {
  const limits = [lsl, target, usl].filter((limit) => limit !== undefined)
  if (kind === 'attribute') {
    if (limits.length > 0 || unit !== undefined || formula !== undefined) {
      throw invalid(`${id} is an attribute: unit, limits and formula are for variables`)
    }
    return
  }
  if (unit === undefined) throw invalid(`${id} is measured: give its unit`)
  if (lsl === undefined && usl === undefined) throw invalid(`${id} needs lsl, usl or both`)
  if (limits.some((limit, index) => index > 0 && limit < (limits[index - 1] ?? limit))) {
    throw invalid(`${id} needs lsl ≤ target ≤ usl`)
  }
  if (lsl !== undefined && lsl === usl) throw invalid(`${id} has no room between lsl and usl`)
}

function requireSampling(sampling: Sampling, characteristic: Characteristic): void {
  const { id, classes } = characteristic
  const { kind, scheme, level, type, percent } = sampling
  if (kind === 'percent' && percent === undefined) throw invalid(`${id} needs a percent`)
  if (kind === 'variables') requireVariables(sampling, characteristic)
  if (kind !== 'aql') return
  if (scheme === undefined || level === undefined || type === undefined) {
    throw invalid(`${id} is sampled by AQL: give scheme, level and type`)
  }
  if (classes.some(({ aql }) => aql === undefined)) {
    throw invalid(`${id} is sampled by AQL: give each class its own`)
  }
}

function requireVariables(sampling: Sampling, { id, kind }: Characteristic): void {
  const { sampleSize, k, method, sigma } = sampling
  if (kind !== 'variable') throw invalid(`${id} is an attribute: it has no sampling by variables`)
  if (sampleSize === undefined || k === undefined) {
    throw invalid(`${id} is sampled by variables: give sampleSize and k`)
  }
  if ((method === 'sigma') !== (sigma !== undefined)) {
    throw invalid(`${id} needs a known sigma for the method sigma, and none for s`)
  }
}

function requireFormula(plan: PlanDefinition, { id, formula }: Characteristic): void {
  if (formula === undefined) return
  for (const name of parseFormula(formula).reads) {
    const read = plan.characteristics.find((other) => other.id === name)
    if (read?.kind !== 'variable' || read.formula !== undefined) {
      throw invalid(`the formula of ${id} reads ${name}, which is no measured characteristic`)
    }
  }
}

function requireFrequency({ kind, everyLots, everyDays, percent }: Frequency): void {
  if (kind === 'periodic' && (everyLots === undefined) === (everyDays === undefined)) {
    throw invalid('a periodic frequency needs everyLots or everyDays')
  }
  if (kind === 'random' && percent === undefined) {
    throw invalid('a random frequency needs a percent')
  }
}

function invalid(fault: string): Refusal {
  return new Refusal('PLAN_INVALID', `The plan cannot stand: ${fault}.`)
}
