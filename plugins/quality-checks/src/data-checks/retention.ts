import type { Context } from '@signalbox/sdk'
import type { DataChecksPort } from './ports.ts'
import { type Cutoffs, pruneSteps } from './retention-store.ts'
import { ABANDONED_MS } from './run-service.ts'

/** Days that things are kept: `dataChecks` of the settings. */
export interface Retention {
  readonly resultDays: number
  readonly runDays: number
  readonly badRowDays: number
  readonly batchDays: number
}

/**
 * Two years of results are two seasons of a series. Bad rows are samples of other people's data: a month is enough to mend
 * what they show. A batch that comes again after its record is gone is taken again.
 */
export const DEFAULT_RETENTION: Retention = {
  resultDays: 730,
  runDays: 90,
  badRowDays: 30,
  batchDays: 90,
}

const DAY_MS = 86_400_000
const PRUNE_JOB = 'prune-data-checks'
/** Rows that one statement removes, and the time of one call; the rest is another call's. */
const PRUNE_ROWS = 5000
const BUDGET_MS = 1500

export function cutoffsOf(config: unknown, now: number): Cutoffs {
  const set = (config as { readonly dataChecks?: Partial<Retention> } | null)?.dataChecks
  const days = { ...DEFAULT_RETENTION, ...set }
  const ago = (ms: number) => new Date(now - ms).toISOString()
  return {
    badRows: ago(days.badRowDays * DAY_MS),
    results: ago(days.resultDays * DAY_MS),
    runs: ago(days.runDays * DAY_MS),
    batches: ago(days.batchDays * DAY_MS),
    abandoned: ago(ABANDONED_MS),
  }
}

/** The job that removes what is older than the settings keep, some rows at a time. */
export async function pruneDataChecks(
  ctx: DataChecksPort & Pick<Context, 'config'>,
): Promise<void> {
  const began = ctx.now()
  const cutoffs = cutoffsOf(ctx.config, began)
  for (const step of pruneSteps) {
    while ((await step(cutoffs, PRUNE_ROWS, ctx)) === PRUNE_ROWS) {
      if (ctx.now() - began <= BUDGET_MS) continue
      await ctx.jobs.schedule(PRUNE_JOB, { afterMs: 100, key: PRUNE_JOB })
      return
    }
  }
}
