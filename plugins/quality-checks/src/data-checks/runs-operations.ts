import type { JobRun, PluginEvent } from '@signalbox/sdk'
import { checksOf } from './checks-store.ts'
import type { Page } from './datasets-operations.ts'
import { findDataset } from './datasets-store.ts'
import type { DataChecksPort } from './ports.ts'
import { requireDataset, resumeRun, startRun } from './run-service.ts'
import { shareDone } from './run-share.ts'
import { listRuns, type RunState, type StoredRun } from './runs-store.ts'

type Port = DataChecksPort

export interface RunView {
  readonly run: string
  readonly dataset: string
  readonly state: RunState
  readonly scope: 'all' | 'new'
  /** 0 to 1. */
  readonly progress: number
  readonly rows: number
  readonly checks: number
  readonly startedAt: string
  readonly finishedAt?: string
  readonly problem?: string
}

function viewOf({
  run,
  dataset,
  state,
  plan,
  progress,
  startedAt,
  finishedAt,
  problem,
}: StoredRun): RunView {
  return {
    run,
    dataset,
    state,
    scope: plan.scope,
    progress: shareDone(plan, progress),
    rows: plan.to - plan.from,
    checks: plan.checks.length,
    startedAt,
    ...(finishedAt === null ? {} : { finishedAt }),
    ...(problem === null ? {} : { problem }),
  }
}

export async function run(
  { dataset, scope }: { readonly dataset: string; readonly scope?: 'all' | 'new' },
  ctx: Port,
): Promise<RunView> {
  const drawn = Math.floor(ctx.random() * 2 ** 48).toString(36)
  return viewOf(await startRun(dataset, scope, `run-${ctx.now().toString(36)}-${drawn}`, ctx))
}

export async function runs(
  { dataset, limit = 20, cursor }: Page & { readonly dataset: string },
  ctx: Port,
): Promise<{ items: RunView[]; next?: string }> {
  await requireDataset(dataset, ctx)
  const found = await listRuns(dataset, cursor, limit + 1, ctx)
  const items = found.slice(0, limit).map(viewOf)
  return found.length > limit ? { items, next: items.at(-1)?.startedAt ?? '' } : { items }
}

/** The job that goes on with a run which one call could not end. */
export async function continueDataRun(
  { payload, attempt }: Pick<JobRun, 'payload' | 'attempt'>,
  ctx: Port,
): Promise<void> {
  await resumeRun((payload as { run: string }).run, attempt, ctx)
}

/**
 * A dataset has new rows: its checks run. Datasets of others, and those nobody asks anything of, are passed over. The same
 * event again finds the run that it led to.
 */
export async function onDatasetRefreshed(
  { id, source, data: { dataset } }: PluginEvent<{ readonly dataset: string }>,
  ctx: Port,
): Promise<void> {
  if (!(await findDataset(dataset, ctx))) return
  if (!(await checksOf([dataset], ctx)).some(({ definition: { enabled = true } }) => enabled))
    return
  await startRun(
    dataset,
    undefined,
    `event-${ctx.hash('SHA-256', `${source} ${id}`).slice(0, 32)}`,
    ctx,
  )
}
