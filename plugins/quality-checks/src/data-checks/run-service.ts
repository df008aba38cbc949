import { type EventWish, Refusal } from '@signalbox/sdk'
import { checksOf } from './checks-store.ts'
import type { CheckDefinition, CheckState } from './data-check-types.ts'
import { findDataset, findDatasets, type StoredDataset } from './datasets-store.ts'
import { emptyReason } from './evaluate-rows.ts'
import { explanationOf } from './explanation.ts'
import { judgeFinding, transitionOf } from './judge-finding.ts'
import type { DataChecksPort } from './ports.ts'
import type { CheckResult } from './results-store.ts'
import { ruleFields, wayOf } from './rule-fields.ts'
import {
  askedChecks,
  type PlannedDataset,
  type RunPlan,
  spanOf,
  stepsOf,
  tallyOf,
} from './run-plan.ts'
import { advance } from './run-steps.ts'
import {
  failRun,
  findRun,
  finishRun,
  insertRun,
  runningRun,
  type StoredRun,
  saveProgress,
} from './runs-store.ts'

type Port = DataChecksPort

/** One call does so much of a run; the rest is a job's, which goes on from call to call. */
const BUDGET_MS = 1500
/** A run that nothing has touched for so long is not at work: its job was given up. */
export const ABANDONED_MS = 15 * 60_000
const CONTINUE_JOB = 'continue-data-run'
/** A call that dies under way leaves its run to a job; by then the call's deadline has passed. */
const NET_MS = 10_000
/** A job that failed so often will not come through. */
const MAX_ATTEMPTS = 4

/** @throws DATASET_UNKNOWN */
export async function requireDataset(
  dataset: string,
  ctx: Pick<Port, 'db' | 'tenant'>,
): Promise<StoredDataset> {
  const found = await findDataset(dataset, ctx)
  if (!found)
    throw new Refusal('DATASET_UNKNOWN', `There is no dataset ${dataset}; define it first.`)
  return found
}

/**
 * Begins a run of a dataset's checks and does what fits into this call. Where one is at work already, that is told
 * instead: the rows that came meanwhile are the next one's.
 * @param id the same for the same cause: a run that was begun for it is not begun again
 */
export async function startRun(
  dataset: string,
  scope: 'all' | 'new' | undefined,
  id: string,
  ctx: Port,
): Promise<StoredRun> {
  const data = await requireDataset(dataset, ctx)
  const begun = (await findRun(id, ctx)) ?? (await runAtWork(dataset, ctx))
  if (begun) return begun
  const plan = await planOf(data, scope ?? data.definition.scope ?? 'all', ctx)
  await ctx.jobs.schedule(CONTINUE_JOB, { afterMs: NET_MS, key: id, payload: { run: id } })
  if (await insertRun(id, plan, new Date(ctx.now()).toISOString(), ctx)) {
    const run = await continueRun(id, ctx)
    if (run.state !== 'running') await ctx.jobs.cancel(id)
    return run
  }
  const known = (await findRun(id, ctx)) ?? (await runningRun(dataset, ctx))
  if (!known) throw new Refusal('RUN_CONFLICT', 'Another run ended just now; run again.')
  return known
}

async function runAtWork(dataset: string, ctx: Port): Promise<StoredRun | undefined> {
  const run = await runningRun(dataset, ctx)
  if (!run || ctx.now() - Date.parse(run.touchedAt) <= ABANDONED_MS) return run
  await failRun(run.run, 'ABANDONED', new Date(ctx.now()).toISOString(), ctx)
  return undefined
}

async function planOf(data: StoredDataset, scope: 'all' | 'new', ctx: Port): Promise<RunPlan> {
  const stored = (await checksOf([data.dataset], ctx))
    .map(({ definition }) => definition)
    .filter(({ enabled = true }) => enabled)
  if (stored.length === 0)
    throw new Refusal(
      'DATASET_WITHOUT_CHECKS',
      `The dataset ${data.dataset} has no enabled check; define one first.`,
    )
  const names = stored.flatMap(({ otherDataset }) => otherDataset ?? [])
  const others = names.length > 0 ? await findDatasets(names, ctx) : []
  const bare = {
    ...planned(data),
    scope,
    newFrom: data.checkedRow,
    checks: stored,
    others: Object.fromEntries(others.map((other) => [other.dataset, planned(other)])),
  }
  return { ...bare, checks: askedChecks(stored, scope, spanOf(bare), data.nextRow - data.firstRow) }
}

function planned({ definition, firstRow, nextRow }: StoredDataset): PlannedDataset {
  return { definition, from: firstRow, to: nextRow }
}

/** Goes on with a run until it is over or the call's share of time is; then a job does. */
export async function continueRun(id: string, ctx: Port): Promise<StoredRun> {
  const began = ctx.now()
  for (;;) {
    const run = await findRun(id, ctx)
    if (!run) throw new Refusal('RUN_UNKNOWN', 'There is no such run.')
    if (run.state !== 'running') return run
    if (ctx.now() - began > BUDGET_MS) {
      await ctx.jobs.schedule(CONTINUE_JOB, { afterMs: 0, key: id, payload: { run: id } })
      return run
    }
    try {
      await takeStep(run, ctx)
    } catch (error) {
      await settle(run, error, ctx)
    }
  }
}

async function takeStep(run: StoredRun, ctx: Port): Promise<void> {
  const at = () => new Date(ctx.now()).toISOString()
  const step = stepsOf(run.plan)[run.progress.step]
  if (step) {
    const outcome = await advance(run.run, run.plan, step, run.progress, ctx)
    return saveProgress(run, outcome, at(), ctx)
  }
  const states = new Map(
    (await checksOf([run.dataset], ctx)).map(({ definition, state }) => [
      definition.check,
      state ?? undefined,
    ]),
  )
  const results = run.plan.checks.map((check) => resultOf(check, run, at()))
  const events = results.flatMap((result) => eventOf(result, run, states.get(result.check)))
  // A transaction tells at most 64 events: of more, the gravest ones are the ones to be told of first.
  await finishRun(run, results, at(), events.slice(0, 64), ctx)
}

/** Not of the step but of its circumstances: the job that goes on with the run meets others. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'CORE_DATABASE_UNAVAILABLE',
  'CORE_SQL_CANCELLED',
  'CORE_SQL_DEADLINE',
  'CORE_CALL_DEADLINE',
  'CORE_CALL_CANCELLED',
  'CORE_BUDGET_SPENT',
  'CORE_JOB_CANCELLED',
  'CORE_JOB_RUN_CANCELLED',
  'SBX_DEADLINE_EXCEEDED',
])

/** What another call did first is read again; what cannot be worked out ends the run with its code. */
async function settle({ run }: StoredRun, error: unknown, ctx: Port): Promise<void> {
  const code = String((error as { code?: unknown } | null)?.code ?? 'STEP_FAILED')
  if (code === 'CORE_SQL_ROWS_UNEXPECTED' || code === 'CORE_SQL_CONFLICT') return
  if (TRANSIENT.has(code)) throw error
  ctx.log.error('a run of checks failed', { run, code, message: String(error).slice(0, 500) })
  await failRun(run, code.slice(0, 100), new Date(ctx.now()).toISOString(), ctx)
}

/**
 * The job's part of a run. What never comes through, such as a statement that is always too slow here, ends it: a run that
 * stays at work would keep the dataset from being run again.
 */
export async function resumeRun(id: string, attempt: number, ctx: Port): Promise<void> {
  if (!(await findRun(id, ctx))) return
  if (attempt <= MAX_ATTEMPTS) await continueRun(id, ctx)
  else await failRun(id, 'STEP_GIVEN_UP', new Date(ctx.now()).toISOString(), ctx)
}

function resultOf(
  check: CheckDefinition,
  { run, plan, progress }: StoredRun,
  at: string,
): CheckResult {
  const { assessed, unexpected, value, reason } = tallyOf(progress, check)
  const rows = wayOf(check) === 'set' ? plan.to - plan.from : spanOf(plan).to - spanOf(plan).from
  const { state, passRate } = judgeFinding(check, { assessed, unexpected })
  return {
    check: check.check,
    run,
    at,
    state,
    assessed,
    unexpected,
    passRate,
    value: value ?? null,
    reason: assessed > 0 ? null : (reason ?? emptyReason(check, rows)),
  }
}

function eventOf(
  result: CheckResult,
  { plan, run }: StoredRun,
  before: CheckState | undefined,
): EventWish[] {
  const moved = transitionOf(before, result.state)
  const check = plan.checks.find((one) => one.check === result.check)
  if (!moved || !check) return []
  const { redLine = 1, warn = redLine, owner = plan.definition.owner } = check
  const data = {
    check: result.check,
    dataset: check.dataset,
    dimension: check.dimension ?? ruleFields[check.rule].dimension,
    status: result.state,
    passRate: result.passRate,
    unexpected: result.unexpected,
    assessed: result.assessed,
    warnBelow: warn,
    failBelow: redLine,
    ...(owner === undefined ? {} : { owner }),
    run,
    at: result.at,
    ...(moved === 'failed' ? { text: explanationOf(check, result) } : {}),
  }
  return [{ type: `data.check.${moved}`, data, key: result.check, id: `${run}/${result.check}` }]
}
