import type { Context, JobRun } from '@signalbox/sdk'
import { askForFolding } from '../facts/fact-events.ts'
import { foldBehind } from './fold-orders.ts'
import { markDue, markFoldedByCanary } from './projection-store.ts'

/** Well within the version's deadline of 5 s. */
const RUN_MS = 2500
/** Some thousand orders an hour are due; what is beyond comes in the next run. */
const MOST_DUE = 2000

/**
 * Every few minutes: what time alone changes, what a handler that was killed left behind, and what a version under trial folded, which
 * may have been taken back since.
 */
export async function judge(_run: JobRun, ctx: Context): Promise<void> {
  await markDue(ctx, ctx.now(), MOST_DUE)
  if (ctx.arm === 'stable') await markFoldedByCanary(ctx, ctx.now(), MOST_DUE)
  await fold(_run, ctx)
}

/** Folds what is behind; what one run cannot do the next does. */
export async function fold(_run: JobRun, ctx: Context): Promise<void> {
  if (await foldBehind(ctx, RUN_MS)) await askForFolding(ctx)
}
