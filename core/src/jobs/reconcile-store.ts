import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { CronTime } from './cron.ts'
import { type CronChanges, keyOf, type StandingCron } from './cron-changes.ts'
import { statesOf } from './schedule-states.ts'
import { dateOf } from './schedule-store.ts'

/** Rows of one statement: PostgreSQL takes at most 65,535 parameters. */
const BATCH = 500

/** How long a failed schedule stays to be looked at, as kept calls do. */
const FAILED_KEPT_MS = 7 * 24 * 3_600_000

const notAtWork = `not (state = 'running' and due_at > ?)`

/**
 * Takes the turn to make the schedules of a generation, until the transaction ends.
 * @returns false: a node has made those of a later one
 */
export async function takeTurn(trx: Knex, generation: number): Promise<boolean> {
  const changed = await trx('job_reconciled')
    .where('generation', '<=', generation)
    .update({ generation })
  return changed > 0
}

export async function listCrons(trx: Knex): Promise<StandingCron[]> {
  const rows = await trx('job_schedules')
    .where('kind', 'cron')
    .select('id', 'tenant', 'plugin', 'job', 'cron', 'tz', 'missed')
  return rows.map(({ cron, tz, ...row }) => ({ ...row, time: { cron, tz } }))
}

/** @param nextAt the first instant from now on */
export async function changeCrons(
  trx: Knex,
  { add, change, remove }: CronChanges,
  now: number,
  nextAt: (time: CronTime) => number | null,
): Promise<void> {
  const changed_at = new Date(now)
  // One that runs goes when its run is over: a new row beside it could run it twice at once.
  await inBatches(remove, (ids) =>
    trx('job_schedules').whereIn('id', ids).whereRaw(notAtWork, [changed_at]).delete(),
  )
  for (const { id, wish } of change) {
    const at = dateOf(nextAt(wish.time))
    await trx('job_schedules')
      .where({ id })
      .update({
        ...wish.time,
        missed: wish.missed,
        next_at: at,
        due_at: trx.raw(`case when state = 'waiting' and run_id is null then ? else due_at end`, [
          at,
        ]),
        changed_at,
      })
  }
  await inBatches(add, (wishes) =>
    trx('job_schedules')
      .insert(
        wishes.map(({ tenant, plugin, job, time, missed }) => {
          const at = dateOf(nextAt(time))
          const id = `sch_${randomBytes(12).toString('hex')}`
          const named = { id, tenant, plugin, job, ...time, missed }
          return { ...named, kind: 'cron', state: 'waiting', next_at: at, due_at: at, changed_at }
        }),
      )
      .onConflict(trx.raw(`(tenant, plugin, job) where kind = 'cron'`))
      .ignore(),
  )
}

interface Group {
  readonly tenant: string
  readonly plugin: string
  readonly job: string
  readonly isPaused: boolean
}

/** Pauses what was asked for and may not run, and lets go on what may again. */
export async function switchSchedules(
  trx: Knex,
  mayRun: (key: string) => boolean,
  now: number,
): Promise<void> {
  const groups: Group[] = await trx('job_schedules')
    .where('kind', 'once')
    .whereNot('state', 'failed')
    .distinct('tenant', 'plugin', 'job', trx.raw(`state = 'paused' as "isPaused"`))
  const at = new Date(now)
  const named = (part: readonly Group[]) =>
    trx('job_schedules')
      .where('kind', 'once')
      .whereIn(
        ['tenant', 'plugin', 'job'],
        part.map(({ tenant, plugin, job }) => [tenant, plugin, job]),
      )
  const off = groups.filter((group) => !group.isPaused && !mayRun(keyOf(group)))
  await inBatches(off, (part) =>
    named(part)
      .whereIn('state', statesOf('switch-off'))
      .whereRaw(notAtWork, [at])
      .update({ state: 'paused', due_at: null }),
  )
  const on = groups.filter((group) => group.isPaused && mayRun(keyOf(group)))
  await inBatches(on, (part) =>
    named(part)
      .whereIn('state', statesOf('switch-on'))
      .update({
        state: 'waiting',
        due_at: trx.raw('case when run_id is null then next_at else ? end', [at]),
      }),
  )
}

export async function deleteOldFailures(trx: Knex, now: number): Promise<void> {
  const before = new Date(now - FAILED_KEPT_MS)
  await trx('job_schedules').where('state', 'failed').where('changed_at', '<', before).delete()
}

async function inBatches<Item>(
  items: readonly Item[],
  work: (batch: readonly Item[]) => PromiseLike<unknown>,
): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH) await work(items.slice(from, from + BATCH))
}
