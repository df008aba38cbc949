import { type Arm, chanceAmongLeft, FULL_WEIGHT_BP } from '../cohorts/cohort.ts'
import { murmur3 } from '../cohorts/murmur3.ts'
import { addEvents, emptyTally, more, type OddsFamily, type Tally } from './attribution.ts'

/**
 * Failures that cannot be tried on the other version, where cohorts stay together. A unit with a bad payload fails
 * all day on whichever arm it is, so that its second failure says nothing: what is random is only where the unit was
 * drawn. Each unit therefore tells of its arm once under each weight, by its first failure there, with the chance
 * that was left: w the first time; (w' - w)/(1 - w) when it was last seen to be stable's, under w; none under a
 * weight where it was seen already, or once it is known to be the canary's. Draws of different units are
 * independent, so the product of those likelihoods is an e-process like that of attribution.ts.
 *
 * The memory is bounded: of the first units to fail, and nothing in it is ever dropped. A unit that finds it full is
 * not looked at: which units are in it depends on when each first failed, and that is the same whichever arm it is
 * on while the versions are as good. So leaving units out changes no expectation: it may only find less. To forget
 * one that was counted would: it could be counted a second time.
 *
 * Nodes keep what they saw, not what it is worth, so that a unit that fails on two nodes still tells once.
 */
export type UnitFailures = Readonly<Record<string, readonly Disclosure[]>>

/**
 * What the first failure of a unit under a weight told, by rising weights; the canary's is the last.
 * The share is that of the canary among the calls of the step, in basis points: a weight that was raised, or held,
 * because of who is in it would make the draw look fairer than it is, and the higher of the two only weakens.
 */
export type Disclosure = readonly [weightBp: number, shareBp: number, isCanary: 0 | 1]

export const noUnitFailures: UnitFailures = Object.freeze({})

/** 8 KB as JSON for each node; more than the units of most tenants. */
export const MOST_UNITS = 256

export interface UnitFailure {
  /** What was drawn. */
  readonly key: string
  readonly arm: Arm
  /** In force when the call was admitted. */
  readonly weightBp: number
  /** The canary's part of the calls of this step, 0 to 1. */
  readonly share: number
}

export function withUnitFailure(
  failures: UnitFailures,
  { key, arm, weightBp, share }: UnitFailure,
): UnitFailures {
  if (weightBp <= 0 || weightBp >= FULL_WEIGHT_BP) return failures
  const id = murmur3(`unit:${key}`).toString(36)
  const before = failures[id]
  if (before === undefined && Object.keys(failures).length >= MOST_UNITS) return failures
  const last = before?.at(-1)
  if (last !== undefined && (last[2] === 1 || last[0] >= weightBp)) return failures
  const shareBp = Math.min(FULL_WEIGHT_BP, Math.ceil(share * FULL_WEIGHT_BP))
  const told: Disclosure = [weightBp, shareBp, arm === 'canary' ? 1 : 0]
  return { ...failures, [id]: [...(before ?? []), told] }
}

export function mergeUnitFailures(left: UnitFailures, right: UnitFailures): UnitFailures {
  const merged = { ...left }
  for (const [id, disclosures] of Object.entries(right)) {
    const before = merged[id]
    merged[id] = before === undefined ? disclosures : inOrder([...before, ...disclosures])
  }
  return merged
}

/** Each weight once, as what says less; nothing after the canary's first. */
function inOrder(disclosures: readonly Disclosure[]): readonly Disclosure[] {
  const byWeight = new Map<number, Disclosure>()
  for (const one of disclosures) {
    const [weightBp, shareBp, isCanary] = one
    const before = byWeight.get(weightBp)
    const least: Disclosure =
      before === undefined
        ? one
        : [weightBp, Math.max(shareBp, before[1]), isCanary === 1 && before[2] === 1 ? 1 : 0]
    byWeight.set(weightBp, least)
  }
  const sorted = [...byWeight.values()].sort(([one], [other]) => one - other)
  const first = sorted.findIndex(([, , isCanary]) => isCanary === 1)
  return first < 0 ? sorted : sorted.slice(0, first + 1)
}

/** A look asks several times of the same failures, and most failures tell nothing new. */
const tallies = new WeakMap<UnitFailures, { readonly family: OddsFamily; readonly tally: Tally }>()

/** What all units together told. */
export function unitTally(failures: UnitFailures, family: OddsFamily = more): Tally {
  const known = tallies.get(failures)
  if (known?.family === family) return known.tally
  const tally = tallyOf(failures, family)
  tallies.set(failures, { family, tally })
  return tally
}

function tallyOf(failures: UnitFailures, family: OddsFamily): Tally {
  let tally = emptyTally
  for (const disclosures of Object.values(failures)) {
    let stableBp = 0
    for (const [weightBp, shareBp, isCanary] of disclosures) {
      const left = chanceAmongLeft(weightBp, stableBp)
      const probability = Math.max(left, shareBp / FULL_WEIGHT_BP)
      const events = { canary: isCanary, stable: 1 - isCanary }
      tally = addEvents(tally, probability, events, family)
      stableBp = weightBp
    }
  }
  return tally
}
