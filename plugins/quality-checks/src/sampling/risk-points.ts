import { findRoot } from '../distributions/find-root.ts'
import {
  acceptanceProbability,
  averageOutgoingQuality,
  stageChances,
} from './operating-characteristics.ts'
import type { PlanStage } from './plan-types.ts'
import type { QualityModel } from './quality-model.ts'

/** Points of the first look for the highest outgoing quality; between two of them the curve has one peak. */
const GRID = 64
/** Golden sections: each leaves 62 % of the interval, 80 of them no more than a double can tell apart. */
const SECTIONS = 80
const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * The quality at which a lot is accepted with this probability; the OC curve falls, so there is one. For one lot alone
 * (hypergeometric) the worst quality, a whole number of items, that is still accepted so often.
 */
export function qualityAt(
  stages: readonly PlanStage[],
  model: QualityModel,
  probability: number,
): number {
  if (model.kind === 'hypergeometric') return wholeQualityAt(stages, model, probability)
  const f = (quality: number) => probability - acceptanceProbability(stages, model, quality)
  return findRoot(f, 0, worstQuality(stages, model))
}

/** AOQL: the worst average outgoing quality, and the incoming quality that has it. */
export function outgoingLimit(
  stages: readonly PlanStage[],
  model: QualityModel,
  lotSize?: number,
): { quality: number; limit: number } {
  const outgoing = (quality: number) =>
    averageOutgoingQuality(stageChances(stages, model, quality), quality, lotSize)
  const worst = worstQuality(stages, model)
  const grid = Array.from({ length: GRID + 1 }, (_, i) => (worst * i * i) / (GRID * GRID))
  const values = grid.map(outgoing)
  const peak = values.indexOf(Math.max(...values))
  let low = grid[Math.max(0, peak - 1)] ?? 0
  let high = grid[Math.min(GRID, peak + 1)] ?? worst
  for (let i = 0; i < SECTIONS && high - low > 1e-12 * high; i++) {
    const left = high - GOLDEN * (high - low)
    const right = low + GOLDEN * (high - low)
    if (outgoing(left) < outgoing(right)) low = left
    else high = right
  }
  const quality = (low + high) / 2
  return { quality, limit: outgoing(quality) }
}

function wholeQualityAt(
  stages: readonly PlanStage[],
  model: QualityModel & { lotSize: number },
  probability: number,
): number {
  let low = 0
  let high = model.lotSize + 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const accepted = acceptanceProbability(stages, model, middle / model.lotSize)
    if (accepted >= probability) low = middle
    else high = middle
  }
  return low / model.lotSize
}

/** A quality that is practically never accepted: all items, or so many nonconformities that none of 1e-6 remains. */
function worstQuality(stages: readonly PlanStage[], model: QualityModel): number {
  if (model.kind !== 'poisson') return 1
  const { sampleSize, reject } = stages.at(-1) ?? { sampleSize: 1, reject: 1 }
  return (reject + 10 * Math.sqrt(reject) + 40) / sampleSize
}
