import type { Knex } from 'knex'
import type { Run, RunEnd } from './schedule.ts'

export interface Tally {
  readonly job: string
  readonly done: number
  readonly refused: number
  readonly failed: number
  /** By the plugin or an admin, under way. */
  readonly cancelled: number
  /** Instants that came while a run was at work. */
  readonly skipped: number
  /** Instants that nobody was there for. */
  readonly missed: number
  readonly last: {
    readonly runId: string
    readonly outcome: RunEnd['kind']
    readonly code: string | null
    readonly scheduledAt: string
    readonly endedAt: string
  } | null
}

interface Named {
  readonly tenant: string
  readonly plugin: string
  readonly job: string
}

export interface TallyChange {
  readonly of: Named
  readonly skipped?: number
  readonly missed?: number
  /** A run that is over; its attempts before are not counted. */
  readonly last?: { readonly run: Run; readonly end: RunEnd; readonly at: number }
}

/** A row for each job, in one order for all nodes: they wait for each other instead of locking each other out. */
export async function addToTallies(trx: Knex, changes: readonly TallyChange[]): Promise<void> {
  const rows = new Map<string, Record<string, unknown>>()
  for (const change of changes) {
    const { skipped = 0, missed = 0, last } = change
    if (skipped === 0 && missed === 0 && last === undefined) continue
    const { tenant, plugin, job } = change.of
    const key = `${tenant} ${plugin} ${job}`
    const sum = rows.get(key) ?? { tenant, plugin, job, ...nothing }
    const add = (name: string, by: number) => {
      sum[name] = Number(sum[name]) + by
    }
    add('skipped', skipped)
    add('missed', missed)
    if (last !== undefined) {
      add(last.end.kind, 1)
      Object.assign(sum, newestOf(last))
    }
    rows.set(key, sum)
  }
  if (rows.size === 0) return
  const ordered = [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
  await trx('job_tallies')
    .insert(ordered)
    .onConflict(['tenant', 'plugin', 'job'])
    .merge({
      ...Object.fromEntries(
        Object.keys(nothing)
          .filter((name) => !name.startsWith('last_'))
          .map((name) => [name, trx.raw('job_tallies.?? + excluded.??', [name, name])]),
      ),
      ...Object.fromEntries(
        Object.keys(nothing)
          .filter((name) => name.startsWith('last_'))
          .map((name) => [
            name,
            trx.raw(
              'case when excluded.last_run is null then job_tallies.?? else excluded.?? end',
              [name, name],
            ),
          ]),
      ),
    })
}

const nothing = {
  ...{ done: 0, refused: 0, failed: 0, cancelled: 0, skipped: 0, missed: 0 },
  ...{ last_run: null, last_outcome: null, last_code: null },
  ...{ last_scheduled_at: null, last_ended_at: null },
}

function newestOf({ run, end, at }: NonNullable<TallyChange['last']>) {
  return {
    last_run: run.id,
    last_outcome: end.kind,
    last_code: end.kind === 'done' ? null : end.code,
    last_scheduled_at: new Date(run.scheduledAt),
    last_ended_at: new Date(at),
  }
}

export async function listTallies(
  knex: Knex,
  named: Omit<Named, 'job'>,
  limit = 200,
): Promise<Tally[]> {
  const rows = await knex('job_tallies').where(named).orderBy('job').limit(limit)
  return rows.map((row) => ({
    job: row.job,
    done: Number(row.done),
    refused: Number(row.refused),
    failed: Number(row.failed),
    cancelled: Number(row.cancelled),
    skipped: Number(row.skipped),
    missed: Number(row.missed),
    last:
      row.last_run === null
        ? null
        : {
            runId: row.last_run,
            outcome: row.last_outcome,
            code: row.last_code,
            scheduledAt: row.last_scheduled_at.toISOString(),
            endedAt: row.last_ended_at.toISOString(),
          },
  }))
}
