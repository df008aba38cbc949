import { columnar, Refusal, scalar } from '@signalbox/sdk'
import { acceptanceProbability } from './operating-characteristics.ts'
import type { InspectionLevel, PlanRequest, Severity } from './plan-types.ts'
import type { QualityModel } from './quality-model.ts'
import { tabledPlan } from './sampling-plan.ts'

const SEVERITIES: readonly string[] = ['normal', 'tightened', 'reduced']

/** Rows mostly repeat a few plans; a map of more than these would be one of all lots. */
const MOST_KEPT = 4096

/**
 * `aql_plan(lot, level, aql, severity, scheme)`: letter, n, ac and re of the single plan as the table prints it, and the
 * items to look at: all of a lot that is no larger than the sample.
 */
export const aqlPlan = scalar(
  { args: ['f64', 'utf8', 'f64', 'utf8', 'utf8'], returns: 'json' },
  (lotSize, level, aql, severity, scheme) => {
    if (!SEVERITIES.includes(severity)) {
      throw new Refusal('SEVERITY_UNKNOWN', 'Severities are normal, tightened and reduced.')
    }
    const request: PlanRequest = {
      scheme,
      type: 'single',
      lotSize,
      level: level as InspectionLevel,
      aql,
      severity: severity as Severity,
    }
    const { letter, stages } = tabledPlan(request)
    const {
      sampleSize: n,
      accept: ac,
      reject: re,
    } = stages[0] ?? { sampleSize: 0, accept: 0, reject: 1 }
    return { letter, n, ac, re, inspect: Math.min(n, lotSize), wholeLot: n >= lotSize }
  },
)

/**
 * `oc_pa(n, c, p, dist)`: probability that a lot with the fraction p nonconforming is accepted. dist is `binomial`,
 * `poisson`, or `hypergeometric:` and the size of the lot.
 */
export const ocPa = columnar(
  { args: ['f64', 'f64', 'f64', 'utf8'], returns: 'f64' },
  ([sizes, accepts, fractions, distributions], rows, out) => {
    const known = new Map<string, number>()
    for (let row = 0; row < rows; row++) {
      const [n, c, p] = [
        sizes.values[row] ?? 0,
        accepts.values[row] ?? 0,
        fractions.values[row] ?? 0,
      ]
      const distribution = distributions.get(row)
      // The host answers null for a row with a null, whatever stands here.
      if (distribution === null || sizes.get(row) === null) continue
      if (accepts.get(row) === null || fractions.get(row) === null) continue
      const key = `${n} ${c} ${p} ${distribution}`
      const value = known.get(key) ?? chance(n, c, p, distribution)
      if (known.size < MOST_KEPT) known.set(key, value)
      out[row] = value
    }
    return out
  },
)

export const samplingUdfs = { aql_plan: aqlPlan, oc_pa: ocPa }

function chance(n: number, c: number, p: number, distribution: string): number {
  const model = modelOf(distribution)
  const isWhole = Number.isSafeInteger(n) && Number.isSafeInteger(c)
  const fits = model.kind !== 'hypergeometric' || n <= model.lotSize
  if (!isWhole || n < 1 || c < 0 || !(p >= 0) || (model.kind !== 'poisson' && p > 1) || !fits) {
    throw new Refusal(
      'PLAN_INVALID',
      'oc_pa takes whole n ≥ 1, no larger than the lot, whole c ≥ 0 and p from 0 to 1 (for poisson 0 or more).',
    )
  }
  return acceptanceProbability([{ sampleSize: n, accept: c, reject: c + 1 }], model, p)
}

function modelOf(distribution: string): QualityModel {
  if (distribution === 'binomial' || distribution === 'poisson') return { kind: distribution }
  const [kind, lot] = distribution.split(':')
  const lotSize = Number(lot)
  if (kind === 'hypergeometric' && Number.isSafeInteger(lotSize) && lotSize > 0) {
    return { kind, lotSize }
  }
  throw new Refusal(
    'DISTRIBUTION_UNKNOWN',
    'dist is binomial, poisson, or hypergeometric: and the size of the lot, such as hypergeometric:500.',
  )
}
