import { type Context, type JobRun, Refusal } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { instantText, msOfInstant } from '../calendar/instant.ts'
import { REMEMBERED_DAYS } from '../demand/demand-facts.ts'
import { forgetOldMovements } from '../demand/demand-store.ts'
import { actorOf, nowOf } from '../planning/clock.ts'
import { cursorOf, readCursor } from '../planning/cursor.ts'
import { goOn } from './advance.ts'
import { forgetUnbegun, insertRun, listRuns, type Run, readRun, runAtWork } from './runs-store.ts'

/** A chunk writes every few seconds: whoever has not in ten minutes is dead. */
const STALE_MS = 600_000

/** By night: a run over all series, and what nothing can repeat is forgotten. */
export async function nightly({ runId }: JobRun, ctx: Context): Promise<void> {
  const now = nowOf(ctx)
  const oldest = instantText(now.ms - (REMEMBERED_DAYS + 2) * 86_400_000)
  await forgetOldMovements(ctx, oldest)
  const id = `FR-${formatDay(now.today)}-${runId.slice(-24)}`
  const wish = { id, kind: 'nightly', full_refit: false, requested_by: actorOf(ctx) } as const
  const isNew = await insertRun(ctx, wish, now)
  const run = isNew ? await readRun(ctx, id) : await runAtWork(ctx)
  if (run !== undefined && (run.id === id || isStale(run, now.ms))) await setOff(ctx, run)
}

/** A planner's run. One that died is gone on with instead of beginning another. */
export async function startRun({ refit = false }: { readonly refit?: boolean }, ctx: Context) {
  const now = nowOf(ctx)
  const id = `FR-${formatDay(now.today)}-${ctx.hash('SHA-256', `${ctx.traceId}|${now.ms}|${actorOf(ctx)}`).slice(0, 12)}`
  const isNew = await insertRun(
    ctx,
    { id, kind: 'asked', full_refit: refit, requested_by: actorOf(ctx) },
    now,
  )
  const run = isNew ? await readRun(ctx, id) : await runAtWork(ctx)
  if (run === undefined || (!isNew && !isStale(run, now.ms))) {
    throw new Refusal(
      'RUN_AT_WORK',
      `A run is at work${run === undefined ? '' : ` (${run.id})`}: wait for it, or look at its progress in runs.`,
    )
  }
  await setOff(ctx, run)
  return { ...shown(run), resumed: !isNew }
}

/** A run whose first chunk cannot be had, for want of the grant say, is none: it would stand in the way of the next. */
async function setOff(ctx: Context, run: Run): Promise<void> {
  try {
    await goOn(ctx, run)
  } catch (error) {
    await forgetUnbegun(ctx, run)
    throw error
  }
}

export async function runs(
  { limit = 20, cursor }: { readonly limit?: number; readonly cursor?: string },
  ctx: Context,
) {
  const before = readCursor(cursor, ['instant', 'text']) as readonly [string, string] | undefined
  const found = await listRuns(ctx, limit + 1, before)
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(shown),
    ...(found.length > limit && last !== undefined
      ? { next: cursorOf([last.started_at, last.id]) }
      : {}),
  }
}

function isStale(run: Run, nowMs: number): boolean {
  return msOfInstant(run.progressed_at) < nowMs - STALE_MS
}

function shown(run: Run) {
  const { id, state, kind, total, step, refitted, updated, kept, failed, suggested } = run
  return {
    ...{ id, state, kind, refit: run.full_refit, total, done: step },
    ...{ refitted, updated, kept, failed, suggested },
    ...{ methodsChanged: run.methods_changed, biasAlarms: run.bias_alarms },
    ...{ requestedBy: run.requested_by, startedAt: run.started_at },
    ...(run.finished_at === null ? {} : { finishedAt: run.finished_at }),
  }
}
