import type { Context } from '@signalbox/sdk'
import { addMonths, endOfMonth, monthOf } from '../calendar/months.ts'
import { nowText } from '../calls/instant-text.ts'
import { cursorInvalid, pageOf } from '../calls/page-place.ts'
import { decidedLots } from './decision.ts'
import { type SupplierScore, supplierScore, trendOf } from './supplier-score.ts'
import { type SupplierConfig, supplierSettings } from './supplier-settings.ts'
import {
  periodFacts,
  rankedScores,
  type SupplierPort,
  scoredSince,
  touchPeriod,
  upsertScore,
} from './supplier-store.ts'

export type ScorePort = SupplierPort & Pick<Context<SupplierConfig>, 'config' | 'now'>

interface ScoreInput {
  readonly supplier: string
  /** YYYY-MM; this month when absent. */
  readonly period?: string
}

/** The score as it stands now, from what was decided and answered; not from what was kept of it. */
async function score({ supplier, period }: ScoreInput, ctx: ScorePort) {
  const month = period ?? monthOf(nowText(ctx), supplierSettings(ctx.config))
  const { found, before } = await scoreNow(ctx, supplier, month)
  return { supplier, period: month, ...found, trend: trendOf(found.score, before) }
}

async function scoreNow(ctx: ScorePort, supplier: string, period: string) {
  const settings = supplierSettings(ctx.config)
  const to = endOfMonth(period, settings)
  const facts = await periodFacts(ctx, supplier, period, {
    from: endOfMonth(addMonths(period, -1), settings),
    to,
  })
  // An inspection of several tranches is of the month of its last decision.
  const lots = decidedLots(facts.decisions).filter(
    ({ decidedAt }) => monthOf(decidedAt, settings) === period,
  )
  const now = nowText(ctx)
  const until = now < to ? now : to
  const found: SupplierScore = supplierScore({ lots, requests: facts.requests, until }, settings)
  return { found, before: facts.before, revision: facts.revision }
}

/** Makes the kept score of a month anew; plans of inspections read it. */
export async function keepScore(ctx: ScorePort, supplier: string, period: string): Promise<void> {
  const { found, revision } = await scoreNow(ctx, supplier, period)
  const at = nowText(ctx)
  await upsertScore(ctx, { supplier, period, revision }, found, at)
}

/** After a request to a supplier was asked or answered: it is of the month in which it was asked. */
export async function keepScoreOfRequest(
  ctx: ScorePort,
  { supplier, issuedAt }: { readonly supplier: string; readonly issuedAt: string },
): Promise<void> {
  const period = monthOf(issuedAt, supplierSettings(ctx.config))
  await touchPeriod(ctx, supplier, period)
  await keepScore(ctx, supplier, period)
}

/** Months back that a night's run makes anew: answers that suppliers owe grow older there. */
const MONTHS_BACK = 2

/** A call makes 200 host calls at most and has five seconds; a score takes a few of each. */
const MONTHS_AT_ONCE = 40
const BUDGET_MS = 2500

type NightPort = ScorePort & Pick<Context, 'jobs'>

/**
 * All scores of this month and those before; days of waiting pass without an event. What one run does not reach, the next
 * goes on with.
 */
export async function keepScores(
  { payload }: { readonly payload?: unknown },
  ctx: NightPort,
): Promise<void> {
  const began = ctx.now()
  const from = addMonths(monthOf(nowText(ctx), supplierSettings(ctx.config)), -MONTHS_BACK)
  const { after } = (payload ?? {}) as { readonly after?: readonly [string, string] }
  const months = await scoredSince(ctx, from, after, MONTHS_AT_ONCE)
  for (const [index, { supplier, period }] of months.entries()) {
    await keepScore(ctx, supplier, period)
    const isLast = index === months.length - 1
    const isOut = ctx.now() - began > BUDGET_MS
    if (isLast ? months.length < MONTHS_AT_ONCE : !isOut) continue
    const rest = { after: [supplier, period] }
    await ctx.jobs.schedule(SCORES_JOB, { afterMs: 100, key: SCORES_JOB, payload: rest })
    return
  }
}

const SCORES_JOB = 'supplier-scores'

interface RankingInput {
  readonly period: string
  readonly limit?: number
  readonly cursor?: string
}

async function ranking({ period, limit = 50, cursor = '0' }: RankingInput, ctx: ScorePort) {
  const offset = Number(cursor)
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw cursorInvalid()
  }
  const found = await rankedScores(ctx, period, { limit: limit + 1, offset })
  const next = String(offset + limit)
  return pageOf(
    found,
    limit,
    () => next,
    (row) => row,
  )
}

export const supplierService = { score, ranking }
