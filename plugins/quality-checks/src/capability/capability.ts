import { Refusal } from '@signalbox/sdk'
import { mean, standardDeviation } from '../distributions/moments.ts'
import { estimateParameters } from '../spc/chart-parameters.ts'
import type { ConstantsChoice } from '../spc/control-constants.ts'
import { statisticsOf } from '../spc/sample-statistics.ts'
import { boxCox, boxCoxPower } from './box-cox.ts'
import {
  type CapabilityIndices,
  capabilityIndices,
  expectedPpm,
  type Index,
  type PartsPerMillion,
  type SpecLimits,
  type Spread,
} from './capability-indices.ts'
import { andersonDarling, type NormalityTest } from './normality.ts'
import { ENOUGH_FOR_PERCENTILES, percentileIndices } from './percentile-indices.ts'

export type CapabilityMethod = 'normal' | 'box-cox' | 'percentile'

export interface CapabilityRequest {
  /** In the order in which they were made; subgroups of one: the spread within comes from moving ranges. */
  readonly subgroups: readonly (readonly number[])[]
  readonly limits: SpecLimits
  /** `auto`: the normal law unless the data speak against it; then Box-Cox if that helps; else percentiles. */
  readonly method?: CapabilityMethod | 'auto'
  readonly confidence?: number
  readonly constants?: ConstantsChoice
}

export type CapabilityNote =
  | 'NORMALITY_UNKNOWN'
  | 'NOT_NORMAL'
  | 'PERCENTILE_SAMPLE_SMALL'
  | 'NO_SPREAD_WITHIN'

export interface Capability {
  readonly method: CapabilityMethod
  readonly n: number
  readonly mean: number
  readonly sigmaOverall: number
  /** Null where values within subgroups do not differ at all. */
  readonly sigmaWithin: number | null
  /** Cp, Cpk and Cpm: by sigma within, in the transformed scale of Box-Cox; null with percentiles. */
  readonly within: CapabilityIndices | null
  /** Pp and Ppk: by sigma overall. */
  readonly overall: {
    readonly pp: Index | null
    readonly ppl: Index | null
    readonly ppu: Index | null
    readonly ppk: Index
  }
  readonly expectedPpm: PartsPerMillion | null
  readonly observedPpm: PartsPerMillion
  /** Of the values as measured; null where there are too few to tell. */
  readonly normality: NormalityTest | null
  readonly power: number | null
  readonly notes: readonly CapabilityNote[]
}

/** Below this the data speak against a law. */
const SIGNIFICANT = 0.05
/** Subgroups up to this size are judged by their ranges, larger ones by their standard deviations, as qcc does. */
const RANGE_UP_TO = 10

/**
 * @throws Refusal CAPABILITY_LIMITS_MISSING, CAPABILITY_LIMITS_REVERSED, CAPABILITY_TOO_FEW, CAPABILITY_NO_SPREAD,
 * CAPABILITY_NOT_POSITIVE, SPC_VALUE_INVALID, SPC_SUBGROUP_SIZE
 */
export function capability(request: CapabilityRequest): Capability {
  const { subgroups, limits, confidence = 0.95, constants = 'published' } = request
  requireLimits(limits)
  const values = subgroups.flat()
  const sigmaWithin = within(subgroups, constants)
  const overall = { mean: mean(values), sigma: standardDeviation(values), n: values.length }
  if (values.length < 2) {
    throw new Refusal('CAPABILITY_TOO_FEW', 'A spread needs at least 2 values; 100 are usual.')
  }
  if (!(overall.sigma > 0)) {
    const cure =
      'All values are equal: there is no spread to judge. Look at the resolution of the gauge.'
    throw new Refusal('CAPABILITY_NO_SPREAD', cure)
  }
  const normality = andersonDarling(values)
  const method = methodFor(request, values, normality)
  const notes: CapabilityNote[] = []
  if (normality === null) notes.push('NORMALITY_UNKNOWN')
  else if (normality.p < SIGNIFICANT) notes.push('NOT_NORMAL')
  if (sigmaWithin === null) notes.push('NO_SPREAD_WITHIN')
  if (method === 'percentile' && values.length < ENOUGH_FOR_PERCENTILES) {
    notes.push('PERCENTILE_SAMPLE_SMALL')
  }
  const shared = {
    method,
    n: values.length,
    mean: overall.mean,
    sigmaOverall: overall.sigma,
    sigmaWithin,
    observedPpm: observedPpm(values, limits),
    normality,
    notes,
  }
  if (method === 'percentile') return { ...shared, ...byPercentiles(values, limits) }
  if (method === 'normal') {
    return { ...shared, ...byLaw(overall, sigmaWithin, limits, confidence), power: null }
  }
  const power = boxCoxPower(values)
  const change = (value: number) => boxCox(value, power)
  const changed = subgroups.map((subgroup) => subgroup.map(change))
  const all = changed.flat()
  const spread = { mean: mean(all), sigma: standardDeviation(all), n: all.length }
  const scale = mapLimits(limits, change)
  return { ...shared, ...byLaw(spread, within(changed, constants), scale, confidence), power }
}

function requireLimits({ lsl, usl, target }: SpecLimits): void {
  if (lsl === null && usl === null) {
    throw new Refusal('CAPABILITY_LIMITS_MISSING', 'Give lsl, usl or both.')
  }
  for (const limit of [lsl, usl, target]) {
    if (limit !== null && !Number.isFinite(limit)) {
      throw new Refusal(
        'CAPABILITY_LIMITS_MISSING',
        `${limit} is no limit; leave out what there is not.`,
      )
    }
  }
  if (lsl !== null && usl !== null && lsl >= usl) {
    const cure = `lsl ${lsl} is not below usl ${usl}: exchange them.`
    throw new Refusal('CAPABILITY_LIMITS_REVERSED', cure)
  }
}

function methodFor(
  { method = 'auto', subgroups, limits }: CapabilityRequest,
  values: readonly number[],
  normality: NormalityTest | null,
): CapabilityMethod {
  const isPositive =
    values.every((value) => value > 0) &&
    [limits.lsl, limits.usl].every((limit) => limit === null || limit > 0)
  if (method === 'box-cox' && !isPositive) {
    const cure = 'Box-Cox takes positive values and limits: take the method "percentile".'
    throw new Refusal('CAPABILITY_NOT_POSITIVE', cure)
  }
  if (method !== 'auto') return method
  if (normality === null || normality.p >= SIGNIFICANT) return 'normal'
  if (!isPositive) return 'percentile'
  const power = boxCoxPower(values)
  const changed = andersonDarling(subgroups.flat().map((value) => boxCox(value, power)))
  return changed !== null && changed.p >= SIGNIFICANT ? 'box-cox' : 'percentile'
}

/** Sigma within subgroups; null where it is 0 or there is but one single value. */
function within(
  subgroups: readonly (readonly number[])[],
  constants: ConstantsChoice,
): number | null {
  const largest = Math.max(0, ...subgroups.map((subgroup) => subgroup.length))
  const isSingle = largest <= 1
  if (isSingle && subgroups.length < 2) return null
  const kind = largest > RANGE_UP_TO ? 'xbar-s' : 'xbar-r'
  // A single value among subgroups tells of the mean alone.
  const points = subgroups.map((values) =>
    statisticsOf(values.length === 1 ? 'i-mr' : kind, { values }),
  )
  const counted = isSingle ? points : points.filter(({ size }) => size > 1)
  if (counted.length === 1) {
    const [only] = subgroups.filter(({ length }) => length > 1)
    return nullIfZero(standardDeviation(only ?? []))
  }
  return nullIfZero(estimateParameters(isSingle ? 'i-mr' : kind, counted, constants).sigma)
}

function nullIfZero(sigma: number): number | null {
  return sigma > 0 ? sigma : null
}

function byLaw(overall: Spread, sigma: number | null, limits: SpecLimits, confidence: number) {
  const { cp, cpl, cpu, cpk } = capabilityIndices(overall, limits, confidence)
  return {
    within: sigma === null ? null : capabilityIndices({ ...overall, sigma }, limits, confidence),
    overall: { pp: cp, ppl: cpl, ppu: cpu, ppk: cpk },
    expectedPpm: expectedPpm(overall, limits),
  }
}

function byPercentiles(values: readonly number[], limits: SpecLimits) {
  const { pp, ppl, ppu, ppk } = percentileIndices(values, limits)
  if (![pp, ppl, ppu, ppk].every((index) => index === null || Number.isFinite(index))) {
    const cure = 'The median is an outer percentile too: the gauge resolves too few steps to judge.'
    throw new Refusal('CAPABILITY_NO_SPREAD', cure)
  }
  // Percentiles of unknown laws have no limits of confidence in a closed form: none are claimed.
  const bare = (value: number): Index => ({ value, low: null, high: null })
  return {
    within: null,
    overall: {
      pp: pp === null ? null : bare(pp),
      ppl: ppl === null ? null : bare(ppl),
      ppu: ppu === null ? null : bare(ppu),
      ppk: bare(ppk),
    },
    expectedPpm: null,
    power: null,
  }
}

function mapLimits(
  { lsl, usl, target }: SpecLimits,
  change: (value: number) => number,
): SpecLimits {
  const map = (limit: number | null) => (limit === null ? null : change(limit))
  return {
    lsl: map(lsl),
    usl: map(usl),
    target: target !== null && target > 0 ? change(target) : null,
  }
}

function observedPpm(values: readonly number[], { lsl, usl }: SpecLimits): PartsPerMillion {
  const share = (isOut: (value: number) => boolean) =>
    (1e6 * values.filter(isOut).length) / values.length
  return {
    below: lsl === null ? 0 : share((value) => value < lsl),
    above: usl === null ? 0 : share((value) => value > usl),
  }
}
