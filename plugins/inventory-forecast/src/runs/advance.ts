import type { Context, Contribution, JobRun } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import { type FindingCode, findingStatement } from '../demand/findings.ts'
import { nowOf } from '../planning/clock.ts'
import { METHOD_POINT, type MethodValue, MOST_SLOT_CALLS } from '../planning/method-slot.ts'
import { planOne } from './plan-one.ts'
import {
  beginChunk,
  completeRun,
  nextSeries,
  type Run,
  stepped,
  stepStatement,
} from './runs-store.ts'

type Methods = readonly Contribution<MethodValue>[]

/** Computing of one chunk: with the slowest series after it, it ends well within the version's deadline of 5 s. */
const CHUNK_MS = 1500
/** A call may ask 200 things of the host; some are left for what the chunk asks beside its series. */
const HOST_CALLS = 180
/** Its state, days and points, and what is written: once more where events are not granted. */
const CALLS_OF_A_SERIES = 5
/** Begun at by as many chunks that never came past it, a series would end every later one too. */
const MOST_BEGINNINGS = 2

interface RunRef {
  readonly run: string
}

/** One chunk of a run. It goes on from the step that is written down, whoever was killed on the way. */
export async function advance({ payload }: JobRun<RunRef>, ctx: Context): Promise<void> {
  const begun = payload === undefined ? undefined : await beginChunk(ctx, payload.run)
  if (begun === undefined) return
  try {
    await takeSteps(ctx, begun)
  } catch (error) {
    if (codeOf(error) !== 'CORE_SQL_ROWS_UNEXPECTED') throw error
    ctx.log.info('Another chunk of this run is ahead; this one ends', { run: begun.id })
  }
}

async function takeSteps(ctx: Context, begun: Run): Promise<void> {
  const until = ctx.now() + CHUNK_MS
  const methods = await ctx.contributions<MethodValue>(METHOD_POINT)
  const most = seriesOfChunk(methods)
  const keys = await nextSeries(ctx, begun, most)
  const [first] = keys
  if (first !== undefined && begun.begun_times > MOST_BEGINNINGS) {
    // Whatever it is, it kills the isolate: nothing of it can be caught here.
    await stepOver(ctx, begun, first, 'FORECAST_UNFINISHED')
    return goOn(ctx, stepped(begun, first))
  }
  let run = begun
  for (const key of keys) {
    await planOrSkip(ctx, run, key, methods)
    run = stepped(run, key)
    if (ctx.now() >= until) return goOn(ctx, run)
  }
  return keys.length < most ? completeRun(ctx, run, nowOf(ctx)) : goOn(ctx, run)
}

function seriesOfChunk(methods: Methods): number {
  return Math.floor(HOST_CALLS / (CALLS_OF_A_SERIES + (methods.length > 0 ? MOST_SLOT_CALLS : 0)))
}

/** A series that cannot be planned is counted, told of, and holds up no other. */
async function planOrSkip(ctx: Context, run: Run, key: SeriesKey, methods: Methods) {
  try {
    await planOne(ctx, run, key, methods)
  } catch (error) {
    const code = codeOf(error)
    if (isOfHost(code)) throw error
    ctx.log.error('A series could not be planned', {
      ...key,
      run: run.id,
      code: code ?? String(error),
    })
    await stepOver(ctx, run, key, 'FORECAST_FAILED')
  }
}

/** What the host says is about the host: the chunk is tried again. */
function isOfHost(code: string | undefined): boolean {
  if (code === 'CORE_SQL_FAILED' || code === 'CORE_EVENT_BREAKS_SCHEMA') return false
  return code?.startsWith('CORE_') === true || code?.startsWith('SBX_') === true
}

/** Goes past a series that keeps its mark: the next run tries it again, and a planner reads of it. */
async function stepOver(ctx: Context, run: Run, key: SeriesKey, code: FindingCode): Promise<void> {
  const now = nowOf(ctx)
  const outcome = {
    work: 'failed',
    isMethodChanged: false,
    isAlarmRaised: false,
    isSuggested: false,
  } as const
  await ctx.db.transaction([
    stepStatement(run, key, outcome, now),
    findingStatement(ctx.tenant, key, code, formatDay(now.today), { run: run.id }),
  ])
}

/** A key for each step: asked for twice, by an attempt that was repeated, it is one job. */
export async function goOn(ctx: Context, run: Run): Promise<void> {
  await ctx.jobs.schedule('advance', {
    afterMs: 0,
    key: `${run.id}:${run.step}`,
    payload: { run: run.id },
  })
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
