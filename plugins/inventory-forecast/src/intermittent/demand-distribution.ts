import { Refusal } from '@signalbox/sdk'
import { type Classification, classifyDemand } from '../classification/demand-class.ts'
import { digits, type Reason } from '../reasons/reason.ts'
import { type BackTest, backTest, chosenBy } from './back-test.ts'
import { gridStep } from './demand-grid.ts'
import { type DemandHistory, demandHistory } from './demand-history.ts'
import { type DemandMethod, demandModels, type ModelTask } from './demand-models.ts'
import { probabilityOfObsolescence } from './obsolescence.ts'
import {
  interpolatedQuantile,
  leastQuantile,
  meanOf,
  nothing,
  type Pmf,
  varianceOf,
} from './pmf.ts'

export interface DemandDistributionInput {
  /** Demand a period, oldest first; null where it is not known, below 0 where more came back. */
  readonly history: readonly (number | null)[]
  /** Coming periods whose demand is summed; may end in a fraction, 0 is no demand. */
  readonly periods: number
  /** The probability at which methods are compared; 0.9 where not said. */
  readonly level?: number
  /** Periods in a year: the past fades with about that memory. 12 where not said. */
  readonly periodsPerYear?: number
  readonly method?: DemandMethod | 'auto'
  /** Of the bootstrap. */
  readonly seed?: number
  readonly paths?: number
  /** Units of the grid, where sums of several lengths have to be on one; chosen by the history where not said. */
  readonly step?: number
}

export interface DemandDistribution {
  /** Units over the periods. */
  readonly mean: number
  readonly variance: number
  readonly pmf: Pmf
  /** The quantile as a forecast, interpolated within a step of the grid. */
  quantile(probability: number): number
  /** The least stock that covers demand with this probability: what a policy orders up to. */
  stockFor(probability: number): number
  /** That the part is never asked for again. */
  readonly probabilityOfObsolescence: number
  readonly classification: Classification
  readonly method: DemandMethod | 'no-demand'
  readonly why: readonly Reason[]
  readonly backTest?: BackTest
}

const USUAL_LEVEL = 0.9
const USUAL_PERIODS_A_YEAR = 12
/** Below a quarter of a year of weeks a mean is mostly chance; days of a year would forget too slowly. */
const SHORTEST_MEMORY = 4
const LONGEST_MEMORY = 60
/** After so many memories nothing is left: 0.9999 of the weight is newer. */
const KEPT_MEMORIES = 10
const SHORTEST_KEPT = 60
const LONGEST_AHEAD = 400
const USUAL_PATHS = 1000

/** Tried in this order; the first stays unless another is clearly better. */
const candidates: readonly DemandMethod[] = ['combination', 'negative-binomial', 'empirical', 'tsb']
/** Where demand comes every period its spread may be far below a count's. */
const steadyCandidates: readonly DemandMethod[] = ['combination', 'normal', 'empirical']

/** Demand over the coming periods as a distribution: what a stock has to cover, rather than a rate. */
export function demandDistribution(input: DemandDistributionInput): DemandDistribution {
  const { periods, level = USUAL_LEVEL } = input
  if (!(periods >= 0 && periods <= LONGEST_AHEAD)) {
    throw new Refusal(
      'PERIODS_OUT_OF_RANGE',
      `Demand over ${periods} periods cannot be told: give 0 to ${LONGEST_AHEAD}, in longer periods if need be.`,
    )
  }
  const history = demandHistory(input.history)
  const classification = classifyDemand(history.values)
  const task = taskOf(input, history)
  const why = historyReasons(history)
  if (classification.class === 'dead') {
    return answer(nothing(1), 'no-demand', {
      classification,
      obsolete: 1,
      why: [...why, noDemand(history)],
    })
  }
  const { method, tested } = choose(task, input.method ?? 'auto', classification, level)
  const pmf = periods === 0 ? nothing(task.step) : demandModels[method](task)
  return answer(pmf, method, {
    classification,
    obsolete: probabilityOfObsolescence(history.values),
    why: [...why, methodReason(method, input.method ?? 'auto', tested, level)],
    ...(tested === undefined ? {} : { tested }),
  })
}

function taskOf(input: DemandDistributionInput, { values }: DemandHistory): ModelTask {
  const year = input.periodsPerYear ?? USUAL_PERIODS_A_YEAR
  const memory = Math.min(Math.max(year, SHORTEST_MEMORY), LONGEST_MEMORY)
  const newest = values.slice(-Math.max(SHORTEST_KEPT, KEPT_MEMORIES * memory))
  return {
    // A part not asked for in all that time is told by its last demand still.
    values: newest.some((value) => value > 0) ? newest : values,
    periods: input.periods,
    step: input.step ?? gridStep(values, input.periods),
    memory,
    seed: input.seed ?? 1,
    paths: input.paths ?? USUAL_PATHS,
  }
}

function choose(
  task: ModelTask,
  wanted: DemandMethod | 'auto',
  classification: Classification,
  level: number,
): { method: DemandMethod; tested?: BackTest } {
  if (wanted !== 'auto') return { method: wanted }
  const isSteady = classification.class === 'smooth' || classification.class === 'erratic'
  const tested = backTest(task, isSteady ? steadyCandidates : candidates, level)
  return tested === undefined
    ? { method: 'combination' }
    : { method: chosenBy(tested).method, tested }
}

function answer(
  pmf: Pmf,
  method: DemandDistribution['method'],
  found: {
    readonly classification: Classification
    readonly obsolete: number
    readonly why: readonly Reason[]
    readonly tested?: BackTest
  },
): DemandDistribution {
  return {
    mean: meanOf(pmf),
    variance: varianceOf(pmf),
    pmf,
    quantile: (probability) => interpolatedQuantile(pmf, probability),
    stockFor: (probability) => leastQuantile(pmf, probability),
    probabilityOfObsolescence: found.obsolete,
    classification: found.classification,
    method,
    why: found.why,
    ...(found.tested === undefined ? {} : { backTest: found.tested }),
  }
}

function historyReasons({ missing, returns }: DemandHistory): Reason[] {
  return [
    ...(missing === 0
      ? []
      : [
          {
            code: 'PERIODS_MISSING',
            text: {
              en: `${missing} periods without a number were left out.`,
              'zh-CN': `已忽略 ${missing} 个无数值的期间。`,
            },
            values: { missing },
          },
        ]),
    ...(returns === 0
      ? []
      : [
          {
            code: 'RETURNS_AS_NO_DEMAND',
            text: {
              en: `${returns} periods with more returns than demand count as 0.`,
              'zh-CN': `${returns} 个退货多于需求的期间按 0 计。`,
            },
            values: { returns },
          },
        ]),
  ]
}

function noDemand({ values }: DemandHistory): Reason {
  return {
    code: 'NO_DEMAND',
    text: {
      en: `No demand in ${values.length} periods: every quantile is 0.`,
      'zh-CN': `${values.length} 个期间内没有需求：所有分位数均为 0。`,
    },
    values: { periods: values.length },
  }
}

function methodReason(
  method: DemandMethod,
  wanted: DemandMethod | 'auto',
  tested: BackTest | undefined,
  level: number,
): Reason {
  if (wanted !== 'auto') {
    return {
      code: 'METHOD_ASKED_FOR',
      text: { en: `The method ${method} was asked for.`, 'zh-CN': `按要求使用方法 ${method}。` },
      values: {},
    }
  }
  if (tested === undefined) {
    return {
      code: 'HISTORY_SHORT',
      text: {
        en: `Too few periods to compare methods by: the usual one, ${method}.`,
        'zh-CN': `期间过少，无法比较方法：采用默认方法 ${method}。`,
      },
      values: {},
    }
  }
  const { pinball, hitRate } = tested.methods.find((one) => one.method === method) ?? {
    pinball: 0,
    hitRate: 0,
  }
  return {
    code: 'METHOD_BY_BACK_TEST',
    text: {
      en: `${method} by quantile loss at ${digits(level)} over ${tested.origins} origins: ${digits(pinball)}, ${digits(100 * hitRate)} % within.`,
      'zh-CN': `按 ${tested.origins} 个起点在 ${digits(level)} 水平的分位损失选用 ${method}：${digits(pinball)}，${digits(100 * hitRate)} % 命中。`,
    },
    values: { level, origins: tested.origins, pinball, hitRate },
  }
}
