import { type Context, Refusal } from '@signalbox/sdk'
import {
  abcXyz,
  type ClassificationSettings,
  type ClassifiedItemInput,
  matrixOf,
} from '../classification/abc-xyz.ts'
import { intermittent } from '../intermittent/intermittent-operation.ts'
import type { SimulationCosts } from '../simulation/simulate.ts'
import {
  costServiceFrontier,
  pause,
  type SimulationRun,
  simulatePolicy,
} from '../simulation/simulate-policy.ts'
import type { SimulatedPolicy } from '../simulation/simulated-policy.ts'
import { allocateBudget, type BudgetItem } from './budget-allocation.ts'
import type { DemandSource } from './demand-source.ts'
import type { LeadTime } from './lead-time.ts'
import { newsvendorOrder } from './newsvendor-order.ts'
import { policyFor } from './policy.ts'
import type { PolicyInput } from './policy-input.ts'
import { pooledStock } from './pooled-stock.ts'

interface RunInput {
  readonly periods?: number
  readonly paths?: number
  /** Not said: from the call. */
  readonly seed?: number
  readonly simulationCosts?: SimulationCosts
  readonly unmet?: 'backorder' | 'lost'
  readonly startStock?: number
}

interface SimulateInput extends RunInput {
  readonly policy: SimulatedPolicy
  readonly demand: DemandSource
  readonly leadTime: LeadTime
}

interface FrontierInput extends RunInput {
  readonly policy: PolicyInput
  readonly levels?: readonly number[]
}

/** Two years of weeks, often enough that a fill rate is known to a few thousandths. */
const USUAL_PERIODS = 104
const USUAL_PATHS = 1000
/** A point of a frontier is run less often: the points share their draws. */
const USUAL_FRONTIER_PATHS = 300
const USUAL_LEVELS = [0.8, 0.9, 0.95, 0.98, 0.99]
/** Periods of all paths and points together; some seconds' work of a small machine beyond it. */
const MOST_STEPS = 4_000_000

/** The operations of `inventory.policy`. */
export const policyService = {
  policy: (input: PolicyInput) => policyFor(input),
  newsvendor: newsvendorOrder,
  pooledStock,
  intermittent,

  simulate: async (input: SimulateInput, ctx: Pick<Context, 'random'>) => {
    const run = runOf(input, USUAL_PATHS, 1, ctx)
    return {
      seed: run.seed,
      ...(await simulatePolicy(input.policy, input.demand, input.leadTime, run)),
    }
  },

  frontier: async (input: FrontierInput, ctx: Pick<Context, 'random'>) => {
    const levels = input.levels ?? USUAL_LEVELS
    const run = runOf(input, USUAL_FRONTIER_PATHS, levels.length, ctx)
    return { seed: run.seed, points: await costServiceFrontier(input.policy, levels, run) }
  },

  classify: ({
    items,
    settings,
  }: {
    readonly items: readonly ClassifiedItemInput[]
    readonly settings?: ClassificationSettings
  }) => {
    const classified = abcXyz(items, settings)
    return { items: classified, matrix: matrixOf(classified) }
  },

  allocateBudget: ({
    items,
    budget,
  }: {
    readonly items: readonly BudgetItem[]
    readonly budget: number
  }) => allocateBudget(items, budget),
}

function runOf(
  input: RunInput,
  usualPaths: number,
  points: number,
  ctx: Pick<Context, 'random'>,
): SimulationRun {
  const periods = input.periods ?? USUAL_PERIODS
  const paths = input.paths ?? usualPaths
  if (periods * paths * points > MOST_STEPS) {
    throw new Refusal(
      'SIMULATION_TOO_LONG',
      `${paths} paths of ${periods} periods at ${points} service levels are more than ${MOST_STEPS} periods: take fewer of one of them.`,
    )
  }
  return {
    periods,
    paths,
    seed: input.seed ?? Math.floor(ctx.random() * 2 ** 32),
    costs: input.simulationCosts ?? {},
    unmet: input.unmet ?? 'backorder',
    ...(input.startStock === undefined ? {} : { startStock: input.startStock }),
    pause,
  }
}
