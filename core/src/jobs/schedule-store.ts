import type { Knex } from 'knex'
import type { Run, Schedule } from './schedule.ts'
import { stateAfter } from './schedule-states.ts'

/** More than any plan with people in it needs; the rest of a longer one belongs in a table of the plugin. */
export const MAX_SCHEDULES = 10_000

/** The key of the whole of one plugin's schedules in one tenant. */
export interface Owner {
  readonly tenant: string
  readonly plugin: string
}

export interface NewSchedule extends Owner {
  readonly id: string
  readonly job: string
  readonly key: string | null
  readonly nextAt: number
  readonly payload: string | null
}

/**
 * Adds a schedule for one run, or moves the one that has its key: a run that has begun goes on as it was told,
 * and the new instant comes after it. Calls in the same moment may pass the limit by their own number.
 * @returns its id; undefined: the plugin has too many
 */
export async function putSchedule(
  knex: Knex,
  wish: NewSchedule,
  now: number,
  limit = MAX_SCHEDULES,
): Promise<string | undefined> {
  const at = new Date(wish.nextAt)
  const { rows } = await knex.raw(
    `insert into job_schedules as s
       (id, tenant, plugin, job, kind, key, state, next_at, due_at, payload, changed_at)
     select ?, ?, ?, ?, 'once', ?, 'waiting', ?, ?, ?, ?
      where (select count(*) from job_schedules where tenant = ? and plugin = ? and kind = 'once') < ?
         or exists (select from job_schedules where tenant = ? and plugin = ? and job = ? and key = ?)
     on conflict (tenant, plugin, job, key) where key is not null do update
       set next_at = excluded.next_at, payload = excluded.payload, changed_at = excluded.changed_at,
           state = case s.state when 'failed' then ? else s.state end,
           due_at = case when s.state = 'failed' or (s.state = 'waiting' and s.run_id is null)
                         then excluded.next_at else s.due_at end,
           run_id = case s.state when 'failed' then null else s.run_id end
     returning id`,
    [
      ...[wish.id, wish.tenant, wish.plugin, wish.job, wish.key, at, at, wish.payload],
      ...[new Date(now), wish.tenant, wish.plugin, limit],
      ...[wish.tenant, wish.plugin, wish.job, wish.key ?? '', stateAfter('failed', 'move') ?? null],
    ],
  )
  return rows[0]?.id
}

export interface ListedSchedule {
  readonly id: string
  readonly job: string
  readonly key: string | null
  readonly nextAt: number | null
  readonly state: Schedule['state']
}

/** In the order of their ids. @param after the last id of the page before */
export async function listSchedules(
  knex: Knex,
  { tenant, plugin }: Owner,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<ListedSchedule[]> {
  const rows = await knex('job_schedules')
    .where({ tenant, plugin, kind: 'once' })
    .where('id', '>', after ?? '')
    .orderBy('id')
    .limit(limit)
    .select('id', 'job', 'key', 'state', 'next_at')
  return rows.map(({ id, job, key, state, next_at }) => ({
    id,
    job,
    key,
    state,
    nextAt: msOf(next_at),
  }))
}

/**
 * Has a cron schedule run now, beside its instants.
 * @returns undefined where the job has none; false: it runs, or waits for its next attempt
 */
export async function bringForward(
  trx: Knex,
  { tenant, plugin, job }: Owner & { job: string },
  now: number,
  payload: string | null,
): Promise<boolean | undefined> {
  const at = new Date(now)
  const changed = await trx('job_schedules')
    .where({ tenant, plugin, job, kind: 'cron', state: 'waiting' })
    .whereNull('run_id')
    .update({ next_at: at, due_at: at, payload, changed_at: at })
  if (changed > 0) return true
  const there = await trx('job_schedules').where({ tenant, plugin, job, kind: 'cron' }).first('id')
  return there === undefined ? undefined : false
}

export interface JobSummary {
  readonly job: string
  /** Of its cron schedule; null: it has none. */
  readonly cron: { readonly state: Schedule['state']; readonly nextAt: number | null } | null
  /** What was asked for, by state. */
  readonly asked: Readonly<Record<Schedule['state'], number>>
}

/** What stands for each job; a plugin has at most 64 of them in a version. */
export async function summariseSchedules(
  knex: Knex,
  { tenant, plugin }: Owner,
): Promise<JobSummary[]> {
  const rows = await knex('job_schedules')
    .where({ tenant, plugin })
    .groupBy('job', 'kind', 'state')
    .select('job', 'kind', 'state', knex.raw('count(*)::int as count'))
    .min('next_at as next_at')
    .orderBy('job')
    .limit(2000)
  const found = new Map<string, JobSummary>()
  for (const { job, kind, state, count, next_at } of rows) {
    const known = found.get(job) ?? { job, cron: null, asked: noneAsked }
    const isCron = kind === 'cron'
    found.set(job, {
      job,
      cron: isCron ? { state, nextAt: msOf(next_at) } : known.cron,
      asked: isCron ? known.asked : { ...known.asked, [state]: count },
    })
  }
  return [...found.values()]
}

const noneAsked = { waiting: 0, running: 0, paused: 0, failed: 0 }

/** One row of the table as the rules see it. */
export function scheduleOf(row: Readonly<Record<string, unknown>>): Schedule {
  return {
    id: row.id as string,
    tenant: row.tenant as string,
    plugin: row.plugin as string,
    job: row.job as string,
    time: row.cron === null ? null : { cron: row.cron as string, tz: row.tz as string },
    missed: row.missed === 'skip' ? 'skip' : 'once',
    state: row.state as Schedule['state'],
    nextAt: msOf(row.next_at),
    payload: row.payload as string | null,
    run: row.run_id === null ? null : runOf(row),
  }
}

function runOf(row: Readonly<Record<string, unknown>>): Run {
  return {
    id: row.run_id as string,
    scheduledAt: msOf(row.scheduled_at) ?? 0,
    payload: row.run_payload as string | null,
    attempt: row.attempt as number,
    failures: row.failures as number,
  }
}

export function msOf(value: unknown): number | null {
  return value instanceof Date ? value.getTime() : null
}

export function dateOf(instant: number | null): Date | null {
  return instant === null ? null : new Date(instant)
}
