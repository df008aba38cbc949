import { type Discrete, lowerTail, upperTail } from '../distributions/discrete.ts'
import type { PlanStage } from './plan-types.ts'
import { findings, type QualityModel } from './quality-model.ts'

export interface StageChances {
  readonly sampleSize: number
  /** Probability that the lot is accepted, or rejected, at this stage. */
  readonly accepted: number
  readonly rejected: number
}

/** Probabilities of being between the numbers after a stage: `chances[i]` of having found `lowest + i`. */
interface Undecided {
  readonly lowest: number
  readonly chances: readonly number[]
}

/**
 * What each stage decides at a quality. Between Ac and Re of a last stage a lot is accepted (MIL-STD-105E, 4.7.3).
 * Duncan 1986, "Quality Control and Industrial Statistics", 8: the sum over all ways through the stages.
 */
export function stageChances(
  stages: readonly PlanStage[],
  model: QualityModel,
  quality: number,
): StageChances[] {
  let undecided: Undecided = { lowest: 0, chances: [1] }
  let drawn = 0
  return stages.map((stage, index) => {
    const isLast = index === stages.length - 1
    const highestAccept = isLast ? stage.reject - 1 : (stage.accept ?? -1)
    const next = (found: number) => findings(model, quality, stage.sampleSize - drawn, drawn, found)
    const accepted = over(undecided, (found) => lowerTail(next(found), highestAccept - found))
    const rejected = over(undecided, (found) => upperTail(next(found), stage.reject - 1 - found))
    undecided = goOn(undecided, highestAccept + 1, stage.reject, next)
    drawn = stage.sampleSize
    return { sampleSize: stage.sampleSize, accepted, rejected }
  })
}

/** The operating characteristic: probability that a lot of this quality is accepted. */
export function acceptanceProbability(
  stages: readonly PlanStage[],
  model: QualityModel,
  quality: number,
): number {
  return sum(stageChances(stages, model, quality).map(({ accepted }) => accepted))
}

/** Items looked at on average until a lot is decided, where every sample is looked at whole. */
export function averageSampleNumber(chances: readonly StageChances[]): number {
  return sum(
    chances.map(({ sampleSize, accepted, rejected }) => sampleSize * (accepted + rejected)),
  )
}

/**
 * The quality that leaves inspection, where lots not accepted are sorted and every nonconforming item found is
 * replaced (Dodge and Romig 1959). @param lotSize left out: a lot much larger than its sample.
 */
export function averageOutgoingQuality(
  chances: readonly StageChances[],
  quality: number,
  lotSize?: number,
): number {
  return sum(
    chances.map(({ sampleSize, accepted }) => {
      const unseen = lotSize === undefined ? 1 : Math.max(0, lotSize - sampleSize) / lotSize
      return quality * accepted * unseen
    }),
  )
}

/** Items looked at on average for a lot, with those of lots that are sorted. */
export function averageTotalInspection(chances: readonly StageChances[], lotSize: number): number {
  return sum(
    chances.map(({ sampleSize, accepted, rejected }) => sampleSize * accepted + lotSize * rejected),
  )
}

function goOn(
  before: Undecided,
  lowest: number,
  reject: number,
  next: (found: number) => Discrete,
): Undecided {
  const chances = Array.from({ length: Math.max(0, reject - lowest) }, (_, i) =>
    over(before, (found) => densityAt(next(found), lowest + i - found)),
  )
  return { lowest, chances }
}

function densityAt(distribution: Discrete, k: number): number {
  return k < distribution.lowest || k > distribution.highest ? 0 : distribution.density(k)
}

function over({ lowest, chances }: Undecided, value: (found: number) => number): number {
  return sum(chances.map((chance, i) => (chance === 0 ? 0 : chance * value(lowest + i))))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
