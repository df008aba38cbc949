import { type Arm, FULL_WEIGHT_BP } from '../cohorts/cohort.ts'
import { logBeta } from './log-beta.ts'

/**
 * Did the canary get the share it was to get? If not, calls are lost or drawn wrongly somewhere, and every other
 * figure compares two populations that differ by more than their version. That is nobody's fault yet: it holds a
 * step and stops nothing.
 *
 * Under one weight w the canary's calls among n are binomial; the alternative is a share drawn from a beta
 * distribution around w. Their ratio is an e-process (Robbins 1970; Lindon & Malek, arXiv 2011.03567), so that it
 * may be looked at always. Weights are kept apart: pooled, a change of weight would look like a wrong share.
 */

/** As strong as a hundred calls seen before; from the notes: 12 % instead of 10 % is found in 3,800 calls. */
const PRIOR_CALLS = 100
/** Of steps whose share was right, one in a thousand is held. */
const SHARE_ALPHA = 0.001
const SHARE_THRESHOLD = 1 / SHARE_ALPHA

/** Calls (or units) drawn one by one, by arm, under each weight in basis points. Plain data. */
export type Admissions = Readonly<Record<string, Readonly<Record<Arm, number>>>>

export const noAdmissions: Admissions = Object.freeze({})

const nobody = Object.freeze({ stable: 0, canary: 0 })

/** @param weightBp in force when the call was drawn; a call that had no choice is not drawn */
export function admitTo(admissions: Admissions, weightBp: number, arm: Arm): Admissions {
  if (weightBp <= 0 || weightBp >= FULL_WEIGHT_BP) return admissions
  const before = admissions[weightBp] ?? nobody
  return { ...admissions, [weightBp]: { ...before, [arm]: before[arm] + 1 } }
}

export function mergeAdmissions(left: Admissions, right: Admissions): Admissions {
  const merged = { ...left }
  for (const [weightBp, { stable, canary }] of Object.entries(right)) {
    const before = merged[weightBp] ?? nobody
    merged[weightBp] = { stable: before.stable + stable, canary: before.canary + canary }
  }
  return merged
}

/** The logarithm of the e-value against the share that one weight promises. */
export function logShareEvidence(weightBp: number, counts: Readonly<Record<Arm, number>>): number {
  const share = weightBp / FULL_WEIGHT_BP
  const { canary, stable } = counts
  const [ofCanary, ofStable] = [PRIOR_CALLS * share, PRIOR_CALLS * (1 - share)]
  return (
    logBeta(ofCanary + canary, ofStable + stable) -
    logBeta(ofCanary, ofStable) -
    canary * Math.log(share) -
    stable * Math.log(1 - share)
  )
}

export interface WrongShare {
  readonly weightBp: number
  readonly counts: Readonly<Record<Arm, number>>
}

/** The weight whose share is the least credible, where it is proven wrong; undefined: none is. */
export function wrongShare(admissions: Admissions): WrongShare | undefined {
  let worst: (WrongShare & { readonly log: number }) | undefined
  for (const [weight, counts] of Object.entries(admissions)) {
    const weightBp = Number(weight)
    const log = logShareEvidence(weightBp, counts)
    if (log > (worst?.log ?? Math.log(SHARE_THRESHOLD))) worst = { weightBp, counts, log }
  }
  return worst
}
