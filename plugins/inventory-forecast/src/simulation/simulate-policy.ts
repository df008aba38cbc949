import { type DemandSource, demandAhead } from '../inventory/demand-source.ts'
import {
  type LeadTime,
  type LeadTimePoint,
  leadTimePoints,
  meanLeadTime,
} from '../inventory/lead-time.ts'
import { type PolicyAnswer, policyFor } from '../inventory/policy.ts'
import type { PolicyInput } from '../inventory/policy-input.ts'
import { demandSampler, leadTimeSampler, type Sampler } from './sampler.ts'
import { type SimulationCosts, type SimulationResult, simulate } from './simulate.ts'
import type { PathSetting } from './simulate-path.ts'
import type { SimulatedPolicy } from './simulated-policy.ts'

export interface SimulationRun {
  readonly periods: number
  readonly paths: number
  readonly seed: number
  readonly costs: SimulationCosts
  readonly unmet: 'backorder' | 'lost'
  /** Without it a path begins full and is counted once it has settled. */
  readonly startStock?: number
  readonly pause: () => Promise<void>
}

/** Lead times and reviews until a start is forgotten. */
const SETTLING = 5

/** How a policy with these numbers would serve and cost. */
export function simulatePolicy(
  policy: SimulatedPolicy,
  demand: DemandSource,
  leadTime: LeadTime,
  run: SimulationRun,
): Promise<SimulationResult> {
  const points = leadTimePoints(leadTime)
  const ahead = demandAhead(demand, 1, USUAL_LEVEL)
  const last = demand.kind === 'forecast' ? (demand.quantiles[0]?.values.length ?? 1) - 1 : 0
  const samplers = Array.from({ length: last + 1 }, (_, t) => demandSampler(ahead.each(t)))
  const setting: PathSetting = {
    policy,
    // Past its end a forecast goes on as its last period.
    demand: (random, period) => (samplers[Math.min(period, last)] as Sampler)(random),
    leadTime: leadTimeSampler(points),
    unmet: run.unmet,
    startStock: run.startStock ?? policy.orderUpTo,
    warmUp: run.startStock === undefined ? settling(points, policy.reviewPeriods) : 0,
    periods: run.periods,
  }
  return simulate(setting, run)
}

const USUAL_LEVEL = 0.9

export interface FrontierPoint extends SimulationResult {
  readonly level: number
  readonly reorderPoint: number
  readonly orderUpTo: number
  /** No other point serves as well for less. */
  readonly efficient: boolean
}

/**
 * Cost against service: the policy at each service level, all on the same draws, so that their differences are of the
 * levels alone. Stock is looked at once a period at the most often, in the policy as in the paths.
 */
export async function costServiceFrontier(
  input: PolicyInput,
  levels: readonly number[],
  run: SimulationRun,
): Promise<readonly FrontierPoint[]> {
  const reviewPeriods = Math.max(1, Math.round(input.reviewPeriods ?? 1))
  const type = input.service?.type ?? 'cycle'
  const points: Omit<FrontierPoint, 'efficient'>[] = []
  for (const level of [...levels].sort((a, b) => a - b)) {
    await run.pause()
    const policy = policyFor({ ...input, reviewPeriods, service: { type, level } })
    const result = await simulatePolicy(
      simulated(policy, reviewPeriods),
      input.demand,
      input.leadTime,
      run,
    )
    points.push({
      level,
      reorderPoint: policy.reorderPoint,
      orderUpTo: policy.orderUpTo,
      ...result,
    })
  }
  return points.map((point) => ({ ...point, efficient: !points.some((o) => dominates(o, point)) }))
}

function simulated(policy: PolicyAnswer, reviewPeriods: number): SimulatedPolicy {
  const { policy: kind, reorderPoint, orderUpTo, orderQuantity } = policy
  return {
    policy: kind,
    reorderPoint,
    orderUpTo,
    reviewPeriods,
    ...(orderQuantity === undefined ? {} : { orderQuantity }),
  }
}

function dominates(
  other: Pick<FrontierPoint, 'fillRate' | 'cost'>,
  point: Pick<FrontierPoint, 'fillRate' | 'cost'>,
): boolean {
  const isAsGood = other.fillRate.mean >= point.fillRate.mean && other.cost.mean <= point.cost.mean
  return (
    isAsGood && (other.fillRate.mean > point.fillRate.mean || other.cost.mean < point.cost.mean)
  )
}

function settling(points: readonly LeadTimePoint[], review: number): number {
  return Math.ceil(SETTLING * (meanLeadTime(points) + review))
}

/** A sleep is asked of the host, which ends the turn. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
