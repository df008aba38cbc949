import type { InputFault, Localized } from '@signalbox/sdk/errors'
import { FULL_WEIGHT_BP } from '../cohorts/cohort.ts'
import { logWeightedSum } from './attribution.ts'
import type { Admissions } from './sample-ratio.ts'

/** Of versions exactly `rMax` times as bad, at most one in ten gets through, however often one looks. */
const ALPHA = 0.1
export const NONINFERIOR_THRESHOLD = 1 / ALPHA

/** Below 1.2 hardly any traffic suffices; above 10 nothing is proven worth a step. */
const RANGE = [1.2, 10] as const

/** As good as stable, half way to `rMax`, half as bad; a tenth is bet on nothing, which keeps off the line by as much. */
const bets = [0.65, 0.125, 0.125, 0.1]
const oddsFor = (rMax: number) => [1, Math.sqrt(rMax), 0.5, rMax]

const onCanary = (odds: number, share: number) => (odds * share) / (odds * share + 1 - share)

/**
 * The other way round: that nothing was found against a version does not prove it good. A step may ask for proof that
 * the odds of a call to fail are less than `rMax` times those of stable. The null hypothesis is now a version that is
 * at least that bad, and its failures fall on the canary with at least rMax·w/(rMax·w + 1 - w). The likelihood ratio of a version
 * that is as good, or nearly, to one that is exactly `rMax` times as bad is an e-process for all that are worse too,
 * as each of their failures is more often the canary's, which counts against it.
 *
 * Counts are kept by weight and each is asked with its own: pooled, they would say something else (Simpson).
 *
 * @returns the logarithm of the e-value for a version less than `rMax` times as bad
 */
export function logNoninferior(failuresAt: Admissions, rMax: number): number {
  const logs = oddsFor(rMax).map((odds) => {
    let log = 0
    for (const [weight, { canary, stable }] of Object.entries(failuresAt)) {
      const share = Number(weight) / FULL_WEIGHT_BP
      const [bet, bound] = [onCanary(odds, share), onCanary(rMax, share)]
      log += canary * Math.log(bet / bound) + stable * Math.log((1 - bet) / (1 - bound))
    }
    return log
  })
  return logWeightedSum(logs, bets)
}

/** What is still missing, in words and figures; undefined: it is proven. */
export function waitingForProof(failuresAt: Admissions, rMax: number): Localized | undefined {
  const e = Math.exp(logNoninferior(failuresAt, rMax))
  if (e >= NONINFERIOR_THRESHOLD) return undefined
  const all = Object.values(failuresAt)
  const own = all.reduce((sum, { canary }) => sum + canary, 0)
  const total = all.reduce((sum, { canary, stable }) => sum + canary + stable, 0)
  const line = `${Number(e.toPrecision(2))} / ${NONINFERIOR_THRESHOLD}`
  return {
    en: `inconclusive: whether it fails less than ${rMax} times as often is not proven yet; ${own} of ${total} failed calls were of the new version; evidence ${line}`,
    'zh-CN': `尚无定论：还不能证明其失败率低于稳定版的 ${rMax} 倍；${total} 次失败调用中有 ${own} 次属于新版本；证据值 ${line}`,
  }
}

/** Failed calls of both versions that prove a version as good as stable, as often as is to be expected. */
export function failuresNeeded(weightBp: number, rMax: number): number {
  const share = weightBp / FULL_WEIGHT_BP
  let [least, most] = [0, 1]
  const isProven = (failures: number) =>
    logNoninferior(
      { [weightBp]: { canary: failures * share, stable: failures * (1 - share) } },
      rMax,
    ) >= Math.log(NONINFERIOR_THRESHOLD)
  while (!isProven(most)) [least, most] = [most, most * 2]
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2)
    if (isProven(middle)) most = middle
    else least = middle
  }
  return most
}

/** Of a hold that asks for proof, each with its place. */
export function proofFaults(
  hold: Readonly<Record<string, unknown>>,
  pointer: string,
  weightBp: unknown,
): InputFault[] {
  const { evidence, rMax, mostMs } = hold
  if (evidence === undefined && rMax === undefined) return []
  const faults: InputFault[] = []
  const refuse = (key: string, detail: string) =>
    faults.push({ pointer: `${pointer}/${key}`, detail })
  if (evidence !== 'noninferior') refuse('evidence', 'must be noninferior, with rMax')
  const [least, most] = RANGE
  if (typeof rMax !== 'number' || !(rMax >= least && rMax <= most)) {
    refuse('rMax', `must be a number, ${least} to ${most}: how many times as often it may not fail`)
  }
  if (mostMs === undefined) refuse('mostMs', 'must be there: proof may never come')
  if (typeof weightBp === 'number' && (weightBp >= FULL_WEIGHT_BP || weightBp <= 0)) {
    refuse('evidence', 'goes with a weight that leaves calls to both versions')
  }
  return faults
}
