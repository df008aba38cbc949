import { Refusal } from '@signalbox/sdk'
import {
  averageOutgoingQuality,
  averageSampleNumber,
  averageTotalInspection,
  stageChances,
} from './operating-characteristics.ts'
import type { PlanStage } from './plan-types.ts'
import { nonconformingItems, type QualityModel } from './quality-model.ts'
import { outgoingLimit, qualityAt } from './risk-points.ts'

export interface CurvesInput {
  readonly stages: readonly PlanStage[]
  readonly model?: QualityModel['kind']
  /** Required for `hypergeometric`; for the others it makes AOQ and ATI those of lots of this size. */
  readonly lotSize?: number
  readonly qualities?: readonly number[]
}

/**
 * Ways through the stages that are added up for a point: those of the widest printed plans are below 300, and a curve
 * of so many points stays within a turn.
 */
export const MOST_WAYS = 4000

/** Points of a curve when the caller names none: enough for a smooth line on a screen. */
const POINTS = 60
/** The curve is drawn to where hardly a lot is accepted any more. */
const LAST_DRAWN = 0.001

/** OC, ASN, AOQ and ATI of a plan of any number of stages, and its marked points. */
export function curves(input: CurvesInput) {
  const { stages, lotSize } = input
  const model = modelOf(input)
  checkStages(stages, lotSize)
  const qualities = input.qualities ?? drawnQualities(stages, model)
  for (const quality of qualities) checkQuality(model, quality)
  return {
    points: qualities.map((quality) => pointOf(stages, model, quality, lotSize)),
    outgoingLimit: outgoingLimit(stages, model, lotSize),
    producerQuality: qualityAt(stages, model, 0.95),
    indifferentQuality: qualityAt(stages, model, 0.5),
    consumerQuality: qualityAt(stages, model, 0.1),
  }
}

/** @throws Refusal STAGES_INVALID where stages do not follow each other */
function checkStages(stages: readonly PlanStage[], lotSize?: number): void {
  const isOrdered = stages.every((stage, i) => {
    const before = stages[i - 1]
    const isLast = i === stages.length - 1
    return (
      stage.sampleSize > (before?.sampleSize ?? 0) &&
      (stage.accept ?? -1) < stage.reject &&
      (!isLast || stage.accept !== null) &&
      (stage.accept ?? -1) >= (before?.accept ?? -1) &&
      stage.reject >= (before?.reject ?? 1)
    )
  })
  if (!isOrdered) {
    throw new Refusal(
      'STAGES_INVALID',
      'Sample sizes and numbers count all stages so far: sizes rise, Ac and Re never fall, Ac is below Re, and the last stage has an Ac.',
    )
  }
  if (waysThrough(stages) > MOST_WAYS) {
    throw new Refusal(
      'STAGES_TOO_WIDE',
      'Between Ac and Re of the stages lie too many counts: choose numbers that decide sooner.',
    )
  }
  if (lotSize !== undefined && (stages.at(-1)?.sampleSize ?? 0) > lotSize) {
    throw new Refusal(
      'SAMPLE_EXCEEDS_LOT',
      'The samples hold more items than the lot: choose smaller ones, or a larger lot.',
    )
  }
}

/** Pairs of counts before and after each stage, at which a lot is undecided. */
export function waysThrough(stages: readonly PlanStage[]): number {
  const widths = stages.map(({ accept, reject }) => reject - (accept ?? -1) - 1)
  return widths.slice(0, -1).reduce((sum, width, i) => sum + width * (widths[i - 1] ?? 1), 0)
}

/** @throws Refusal QUALITY_INVALID for a fraction above 1; nonconformities an item may be more */
export function checkQuality({ kind }: QualityModel, quality: number): void {
  if (kind === 'poisson' || quality <= 1) return
  throw new Refusal(
    'QUALITY_INVALID',
    'A fraction nonconforming is at most 1: only nonconformities (model poisson) may be more an item.',
  )
}

/** @param model a process when left out */
export function modelOf({
  model = 'binomial',
  lotSize,
}: Pick<CurvesInput, 'model' | 'lotSize'>): QualityModel {
  if (model !== 'hypergeometric') return { kind: model }
  if (lotSize !== undefined) return { kind: model, lotSize }
  throw new Refusal(
    'LOT_SIZE_MISSING',
    'For one lot alone (hypergeometric) say how many items it has, in lotSize.',
  )
}

function pointOf(
  stages: readonly PlanStage[],
  model: QualityModel,
  wished: number,
  lotSize: number | undefined,
) {
  // One lot alone can only have a whole number of nonconforming items.
  const quality =
    model.kind === 'hypergeometric'
      ? nonconformingItems(model.lotSize, wished) / model.lotSize
      : wished
  const chances = stageChances(stages, model, quality)
  return {
    quality,
    accepted: chances.reduce((sum, { accepted }) => sum + accepted, 0),
    averageSample: averageSampleNumber(chances),
    outgoing: averageOutgoingQuality(chances, quality, lotSize),
    ...(lotSize === undefined ? {} : { totalInspection: averageTotalInspection(chances, lotSize) }),
  }
}

function drawnQualities(stages: readonly PlanStage[], model: QualityModel): number[] {
  const last = qualityAt(stages, model, LAST_DRAWN)
  return Array.from({ length: POINTS + 1 }, (_, i) => (last * i) / POINTS)
}
