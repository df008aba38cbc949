import { type Context, type JobRun, Refusal } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { instantText, msOfInstant } from '../calendar/instant.ts'
import { REMEMBERED_DAYS } from '../demand/demand-facts.ts'
import { forgetOldMovements } from '../demand/demand-store.ts'
import { actorOf, nowOf } from '../planning/clock.ts'
import { cursorOf, readCursor } from '../planning/cursor.ts'
import { METHOD_POINT, type MethodValue } from '../planning/method-slot.ts'
import { planOne } from './plan-one.ts'
import {
  completeRun,
  insertRun,
  listRuns,
  nextSeries,
  type Run,
  readRun,
  runAtWork,
  stepped,
  stepStatement,
} from './runs-store.ts'

/** Computing of one chunk: with the slowest series after it, it ends well within the version's deadline of 5 s. */
const CHUNK_MS = 1500
const SERIES_READ_AT_ONCE = 20
/** A chunk writes every few seconds: whoever has not in ten minutes is dead. */
const STALE_MS = 600_000

interface RunRef {
  readonly run: string
}

/** By night: a run over all series, and what nothing can repeat is forgotten. */
export async function nightly({ runId }: JobRun, ctx: Context): Promise<void> {
  const now = nowOf(ctx)
  const oldest = instantText(now.ms - (REMEMBERED_DAYS + 2) * 86_400_000)
  await forgetOldMovements(ctx, oldest)
  const id = `FR-${formatDay(now.today)}-${runId.slice(-24)}`
  const wish = { id, kind: 'nightly', full_refit: false, requested_by: actorOf(ctx) } as const
  const isNew = await insertRun(ctx, wish, now)
  const run = isNew ? await readRun(ctx, id) : await runAtWork(ctx)
  if (run !== undefined && (run.id === id || isStale(run, now.ms))) await goOn(ctx, run)
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
  await goOn(ctx, run)
  return { ...shown(run), resumed: !isNew }
}

export async function runs(
  { limit = 20, cursor }: { readonly limit?: number; readonly cursor?: string },
  ctx: Context,
) {
  const before = readCursor(cursor, 2) as readonly [string, string] | undefined
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

/** One chunk of a run. It goes on from the step that is written down, whoever was killed on the way. */
export async function advance({ payload }: JobRun<RunRef>, ctx: Context): Promise<void> {
  const found = payload === undefined ? undefined : await readRun(ctx, payload.run)
  if (found === undefined || found.state !== 'running') return
  const until = ctx.now() + CHUNK_MS
  const methods = await ctx.contributions<MethodValue>(METHOD_POINT)
  let run = found
  try {
    for (;;) {
      const keys = await nextSeries(ctx, run, SERIES_READ_AT_ONCE)
      if (keys.length === 0) return await completeRun(ctx, run, nowOf(ctx))
      for (const key of keys) {
        await planOrSkip(ctx, run, key, methods)
        run = stepped(run, key)
        if (ctx.now() >= until) return await goOn(ctx, run)
      }
    }
  } catch (error) {
    if (codeOf(error) !== 'CORE_SQL_ROWS_UNEXPECTED') throw error
    ctx.log.info('Another chunk of this run is ahead; this one ends', {
      run: run.id,
      step: run.step,
    })
  }
}

/** A series that cannot be planned is counted and told of in the log, and holds up no other. */
async function planOrSkip(
  ctx: Context,
  run: Run,
  key: { sku: string; location: string },
  methods: Parameters<typeof planOne>[3],
) {
  try {
    await planOne(ctx, run, key, methods)
  } catch (error) {
    const code = codeOf(error)
    // What the host says is about the host: the chunk is tried again.
    if (
      code?.startsWith('CORE_') &&
      code !== 'CORE_SQL_FAILED' &&
      code !== 'CORE_EVENT_BREAKS_SCHEMA'
    )
      throw error
    ctx.log.error('A series could not be planned', {
      ...key,
      run: run.id,
      code: code ?? String(error),
    })
    const outcome = {
      work: 'failed',
      isMethodChanged: false,
      isAlarmRaised: false,
      isSuggested: false,
    } as const
    await ctx.db.transaction([stepStatement(run, key, outcome, nowOf(ctx))])
  }
}

/** A key for each step: asked for twice, by an attempt that was repeated, it is one job. */
async function goOn(ctx: Context, run: Run): Promise<void> {
  await ctx.jobs.schedule('advance', {
    afterMs: 0,
    key: `${run.id}:${run.step}`,
    payload: { run: run.id },
  })
}

function isStale(run: Run, nowMs: number): boolean {
  return msOfInstant(run.progressed_at) < nowMs - STALE_MS
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
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
