import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { endPlan } from './run-plan.ts'
import { writeEnds } from './run-store.ts'
import type { Run, RunEnd, Schedule } from './schedule.ts'
import { statesOf } from './schedule-states.ts'
import { type Owner, scheduleOf } from './schedule-store.ts'
import { addToTallies, type TallyChange } from './tally-store.ts'

interface Named {
  readonly idOrKey: string
  /** The run that asks is not ended by it: only what comes after it is. */
  readonly ownRun: string
}

interface Cancelled {
  /** How many will not run, or not to their end, that otherwise would have. */
  readonly cancelled: number
  /** Those of them that were under way. */
  readonly runs: number
}

/**
 * Takes back what a plugin scheduled, with the runs of it that are under way. Their end is written here and now:
 * whatever becomes of the nodes that hold them, nobody begins them again.
 */
export async function cancelSchedules(
  knex: Knex,
  { tenant, plugin }: Owner,
  { idOrKey, ownRun }: Named,
  now: number,
): Promise<Cancelled> {
  return knex.transaction(async (trx) => {
    const rows = await trx('job_schedules')
      .where({ tenant, plugin, kind: 'once' })
      .whereIn('state', statesOf('cancel'))
      .whereRaw('(id = ? or key = ?)', [idOrKey, idOrKey])
      .orderBy('id')
      .forUpdate()
    const schedules = rows.map(scheduleOf)
    const own = schedules.filter(({ run }) => run?.id === ownRun)
    const others = schedules.filter((schedule) => !own.includes(schedule))
    await trx('job_schedules').whereIn('id', idsOf(others)).delete()
    await trx('job_schedules').whereIn('id', idsOf(own)).update({ next_at: null, payload: null })
    const runs = others.filter(isUnderWay)
    await addToTallies(
      trx,
      runs.map((one) => tallyOf(one, now)),
    )
    const wanted = others.filter(({ state }) => state !== 'failed')
    const later = own.filter(({ nextAt }) => nextAt !== null)
    return { cancelled: wanted.length + later.length, runs: runs.length }
  })
}

/** Ends the runs of a job that are under way, its own and those that were asked for. @returns how many */
export async function cancelRuns(
  trx: Knex.Transaction,
  job: Owner & { readonly job: string },
  now: number,
): Promise<number> {
  const { tenant, plugin } = job
  const rows = await trx('job_schedules')
    .where({ tenant, plugin, job: job.job })
    .whereIn('state', statesOf('end'))
    .whereNotNull('run_id')
    .orderBy('id')
    .forUpdate()
  const runs = rows.map(scheduleOf).filter(isUnderWay)
  await writeEnds(
    trx,
    runs.map((schedule) => {
      const end = endOf(schedule)
      return { schedule, end, plan: endPlan(schedule, end, now, 0) }
    }),
  )
  await addToTallies(
    trx,
    runs.map((one) => tallyOf(one, now)),
  )
  return runs.length
}

type UnderWay = Schedule & { readonly run: Run }

function isUnderWay(schedule: Schedule): schedule is UnderWay {
  return schedule.run !== null && schedule.state !== 'failed'
}

function idsOf(schedules: readonly Schedule[]): string[] {
  return schedules.map(({ id }) => id)
}

function endOf({ plugin, job }: Schedule): RunEnd {
  const { code } = coreErrors.create('JOB_RUN_CANCELLED', { plugin, job })
  return { kind: 'cancelled', code }
}

function tallyOf(schedule: UnderWay, at: number): TallyChange {
  return { of: schedule, last: { run: schedule.run, end: endOf(schedule), at } }
}
