import { Refusal } from '@signalbox/sdk'
import { type Rule, type RuleSetName, ruleSets } from './rule-sets.ts'

export interface Flag {
  /** Place in the values, from 0: the point that completes the pattern. */
  readonly index: number
  readonly rule: string
}

export interface FlagOptions {
  /** One for all points, or one for each. */
  readonly centre: number | readonly number[]
  /** Standard deviation of a point, above 0; one for all, or one for each where subgroups differ in size. */
  readonly sigma: number | readonly number[]
  readonly rules: RuleSetName | readonly Rule[]
  /**
   * `full` (the default): a rule speaks from the first point on that has as many points as it looks at behind it.
   * `partial`: "2 of 3" speaks already where the first two points lie in the zone.
   */
  readonly window?: 'full' | 'partial'
  /** Flags only points from this place on; those before it are looked at as what came before. */
  readonly from?: number
}

/**
 * A point on the border of a zone is not beyond it. What is nearer than this many sigma counts as on the border, so
 * that 0.1 + 0.2 against a limit of 0.3 is no alarm and a change of unit changes no flag.
 */
const ON_BORDER = 1e-9

/**
 * The points at which a pattern of the rules is complete; each lies in the pattern's zone itself. One long run flags
 * each of its points from the completing one on. Points are judged by what came before them alone: a point added later
 * changes no flag. A value equal to the centre ends a run on one side; two equal values end a trend and an alternation.
 *
 * @throws Refusal SPC_VALUE_INVALID, SPC_SIGMA_ZERO
 */
export function flagRules(values: readonly number[], options: FlagOptions): Flag[] {
  const { centre, sigma, window = 'full', from = 0 } = options
  const rules = typeof options.rules === 'string' ? ruleSets[options.rules] : options.rules
  const distances = values.map((value, index) =>
    distance(value, at(centre, index), at(sigma, index), index),
  )
  const series = { values, distances }
  const flags: Flag[] = []
  for (let index = from; index < values.length; index++) {
    for (const rule of rules) {
      if (isComplete(rule, series, index, window)) flags.push({ index, rule: rule.id })
    }
  }
  return flags
}

/** So many points before a new one decide whether it is flagged. */
export function pointsBehind(rules: readonly Rule[]): number {
  return Math.max(0, ...rules.map(({ of }) => of - 1))
}

interface Series {
  readonly values: readonly number[]
  /** From the centre, in sigma. */
  readonly distances: readonly number[]
}

function at(value: number | readonly number[], index: number): number {
  return typeof value === 'number' ? value : (value[index] ?? Number.NaN)
}

function distance(value: number, centre: number, sigma: number, index: number): number {
  if (!Number.isFinite(value) || !Number.isFinite(centre)) {
    throw new Refusal(
      'SPC_VALUE_INVALID',
      `Point ${index + 1} is no finite number: leave out what was not measured.`,
    )
  }
  if (!(sigma > 0 && sigma < Number.POSITIVE_INFINITY)) {
    throw new Refusal(
      'SPC_SIGMA_ZERO',
      `Sigma of point ${index + 1} is ${sigma}: rules need a spread above 0. A series that never varies has none; give the sigma of the process.`,
    )
  }
  return (value - centre) / sigma
}

function isComplete(
  rule: Rule,
  series: Series,
  index: number,
  window: 'full' | 'partial',
): boolean {
  const start = index - rule.of + 1
  const isShort = start < 0
  if (isShort && !(window === 'partial' && rule.kind === 'share')) return false
  const { distances, values } = series
  switch (rule.kind) {
    case 'share':
      return isShare(rule, distances.slice(Math.max(0, start), index + 1))
    case 'within':
      return distances.slice(start, index + 1).every((z) => !isBeyond(Math.abs(z), rule.zone))
    case 'trend': {
      const steps = stepsOf(values, start, index)
      return steps.every((step) => step > 0) || steps.every((step) => step < 0)
    }
    case 'alternating': {
      const steps = stepsOf(values, start, index)
      return steps.every(
        (step, i) => step !== 0 && (i === 0 || Math.sign(step) === -Math.sign(steps[i - 1] ?? 0)),
      )
    }
    case 'range':
      return isRange(rule.zone, distances.slice(start, index + 1))
  }
}

function isBeyond(distance: number, zone: number): boolean {
  return distance - zone > ON_BORDER
}

/** The newest point lies in the zone, and enough of the others with it. */
function isShare(rule: Rule & { readonly kind: 'share' }, window: readonly number[]): boolean {
  const newest = window.at(-1) ?? 0
  const lies =
    rule.side === 'either'
      ? (z: number) => isBeyond(Math.abs(z), rule.zone)
      : (z: number) => isBeyond(z * Math.sign(newest), rule.zone)
  return lies(newest) && window.filter(lies).length >= rule.least
}

/** The newest point lies beyond on one side, an earlier one on the other. */
function isRange(zone: number, window: readonly number[]): boolean {
  const newest = window.at(-1) ?? 0
  const side = Math.sign(newest)
  return isBeyond(newest * side, zone) && window.some((z) => isBeyond(z * -side, zone))
}

function stepsOf(values: readonly number[], start: number, end: number): number[] {
  const steps: number[] = []
  for (let i = start + 1; i <= end; i++) {
    steps.push(Math.sign((values[i] ?? Number.NaN) - (values[i - 1] ?? Number.NaN)))
  }
  return steps
}
