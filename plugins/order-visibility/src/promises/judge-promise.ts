import type { Blocker } from '../blockers/find-blockers.ts'
import type { OrderView } from '../projection/order-view.ts'
import type { Settings } from '../settings/settings.ts'
import { stageTexts } from '../stages/stage-texts.ts'
import { hasArrived } from '../stages/stages.ts'
import { MS_PER_HOUR } from '../time/instant.ts'
import { chanceWithin, sumOf } from './duration.ts'
import { type Reason, reason } from './promise-reasons.ts'
import { type PathPart, remainingPath } from './remaining-path.ts'
import type { UsualStays } from './usual-stays.ts'

export interface Judgement {
  readonly promisedAt?: number
  readonly expectedAt?: number
  /** Undefined where nothing was promised, or nothing is awaited any more. */
  readonly onTimeProbability?: number
  readonly reasons: readonly Reason[]
}

/**
 * How often an order still arrives in time in spite of an open exception of that kind, beside what its carrier's expected arrival
 * already says: judgement of practitioners, not measured; `exceptionOnTime` of the settings replaces it.
 */
const exceptionOnTime: Readonly<Record<string, number>> = {
  late: 1,
  stuck: 0.7,
  customs: 0.7,
  damaged: 0.2,
  lost: 0,
  'wrong-address': 0.6,
  refused: 0.2,
  temperature: 0.5,
  'route-deviation': 0.9,
  other: 0.9,
}

const MOST_REASONS = 20

/**
 * When an order may be expected and how likely it keeps its promise, at an instant: what is left of the present stage and the stages
 * ahead as one duration (see `sumOf`), times the chances that stock does not run out and that open exceptions are settled. Pure.
 */
export function judgePromise(
  view: OrderView,
  blockers: readonly Blocker[],
  usual: UsualStays,
  settings: Settings,
  now: number,
): Judgement {
  const { promisedAt } = view
  const promised = promisedAt === undefined ? {} : { promisedAt }
  const stage = view.stays.at(-1)?.stage
  if (stage === 'cancelled') return { ...promised, reasons: [reason('CANCELLED')] }
  if (hasArrived(view)) return arrivedJudgement(view, promised)
  const path = remainingPath(view, usual, now)
  const whole = sumOf(path.map(({ duration }) => duration))
  const expectedAt = Math.round(now + whole.median * MS_PER_HOUR)
  const isPassed = promisedAt !== undefined && promisedAt <= now
  const reasons = [
    ...(isPassed ? [reason('PROMISE_PASSED')] : []),
    ...(promisedAt === undefined ? [reason('NO_PROMISE')] : []),
    ...blockers.map(({ code, what }) => ({ code, text: what })),
    ...(view.promises > 1 ? [reason('PROMISE_MOVED', { times: view.promises })] : []),
    ...pathReasons(path),
  ].slice(0, MOST_REASONS)
  if (promisedAt === undefined) return { expectedAt, reasons }
  const chance = isPassed
    ? 0
    : chanceWithin(whole, (promisedAt - now) / MS_PER_HOUR) *
      coverChance(view) *
      exceptionChance(view, settings)
  return {
    ...promised,
    expectedAt,
    onTimeProbability: Math.round(chance * 10_000) / 10_000,
    reasons,
  }
}

function arrivedJudgement(view: OrderView, promised: Pick<Judgement, 'promisedAt'>): Judgement {
  const { promisedAt, deliveredAt } = view
  if (promisedAt === undefined || deliveredAt === undefined) {
    const expected = deliveredAt === undefined ? {} : { expectedAt: deliveredAt }
    return { ...promised, ...expected, reasons: [] }
  }
  const hours = Math.round(((deliveredAt - promisedAt) / MS_PER_HOUR) * 10) / 10
  const isLate = deliveredAt > promisedAt
  return {
    ...{ promisedAt, expectedAt: deliveredAt, onTimeProbability: isLate ? 0 : 1 },
    reasons: [isLate ? reason('DELIVERED_LATE', { hours }) : reason('DELIVERED_ON_TIME')],
  }
}

function pathReasons(path: readonly PathPart[]): readonly Reason[] {
  const usual = path.filter(({ by }) => by === 'usual').map(({ stage }) => stage)
  const say = (language: 'en' | 'zh-CN') =>
    usual.map((stage) => stageTexts[stage][language]).join(language === 'en' ? ', ' : '、')
  return [
    ...(path.some(({ by }) => by === 'carrier') ? [reason('CARRIER_ETA')] : []),
    ...(path.some(({ by }) => by === 'supplier') ? [reason('SUPPLIER_DATE')] : []),
    ...(usual.length === 0
      ? []
      : [reason('USUAL_STAGES', { stages: { en: say('en'), 'zh-CN': say('zh-CN') } })]),
  ]
}

/** That none of the stocks that its lines want runs out; taken as independent. */
function coverChance({ cover }: OrderView): number {
  return cover.reduce((chance, { probability }) => chance * (1 - probability), 1)
}

function exceptionChance({ shipments }: OrderView, settings: Settings): number {
  const open = shipments.flatMap(({ exceptions }) =>
    exceptions.filter(({ closedAt }) => closedAt === undefined),
  )
  const chances = open.map(
    ({ kind }) => settings.exceptionOnTime?.[kind] ?? exceptionOnTime[kind] ?? 1,
  )
  return Math.min(1, ...chances)
}
