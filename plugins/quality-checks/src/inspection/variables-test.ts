import { mean, standardDeviation } from '../distributions/moments.ts'
import { decideByVariables } from '../sampling/variables-decision.ts'
import type { LocalText } from '../words/local-text.ts'
import type { Found, InspectionTest, VariablesTest } from './inspection-test.ts'
import type { Characteristic, Sampling } from './plan-definition.ts'

export function variablesTest(
  { lsl, usl }: Pick<Characteristic, 'lsl' | 'usl'>,
  { method = 's', k = 0, sigma }: Sampling,
): VariablesTest {
  return {
    method,
    k,
    ...(sigma === undefined ? {} : { sigma }),
    ...(lsl === undefined ? {} : { lower: lsl }),
    ...(usl === undefined ? {} : { upper: usl }),
    values: [],
  }
}

/** With the values of the next items, or corrected ones; of what lies behind the sample none. */
export function withValues(
  variables: VariablesTest,
  found: readonly Found[],
  sampleSize: number,
): VariablesTest {
  const values = new Map(variables.values.map(({ ordinal, value }) => [ordinal, value]))
  for (const { ordinal, value } of found) {
    if (value !== undefined && ordinal <= sampleSize) values.set(ordinal, value)
  }
  const sorted = [...values].sort(([a], [b]) => a - b)
  return { ...variables, values: sorted.map(([ordinal, value]) => ({ ordinal, value })) }
}

/** What the whole sample says; undefined while it is not measured to its end. */
export function decisionOfSample({ plan, variables }: InspectionTest) {
  const sampleSize = plan.stages[0]?.sampleSize ?? 0
  if (variables === undefined || variables.values.length < sampleSize) return undefined
  const { method, k, sigma, lower, upper } = variables
  const values = variables.values.map(({ value }) => value)
  const sample = { mean: mean(values), sd: sigma ?? standardDeviation(values) }
  const limits = {
    ...(lower === undefined ? {} : { lower }),
    ...(upper === undefined ? {} : { upper }),
  }
  return { ...sample, ...decideByVariables({ method, k, sampleSize, ...sample, ...limits }) }
}

/** As tests show it. */
export function variablesShown(test: InspectionTest) {
  const { variables } = test
  if (variables === undefined) return {}
  const { method, k } = variables
  const { mean: middle, sd, estimate, allowed } = decisionOfSample(test) ?? {}
  return {
    variables: {
      ...{ method, k, mean: middle ?? null, sd: sd ?? null },
      ...{ estimate: estimate ?? null, allowed: allowed ?? null },
    },
  }
}

/** Why a sample accepts or rejects its lot, in the words of the method. */
export function variablesText(test: InspectionTest, name: string): LocalText | undefined {
  const decision = decisionOfSample(test)
  if (decision === undefined) return undefined
  const [estimate, allowed] = [percent(decision.estimate), percent(decision.allowed)]
  const figures = `x̄ ${short(decision.mean)}, s ${short(decision.sd)}, k ${test.variables?.k}`
  return {
    en: `${name}: an estimated ${estimate} % do not conform, up to ${allowed} % are accepted (${figures}).`,
    'zh-CN': `${name}：估计不合格品率 ${estimate} %，允许 ${allowed} %（${figures}）。`,
  }
}

function percent(share: number): number {
  return short(100 * share)
}

function short(value: number): number {
  return Number(value.toPrecision(4))
}
