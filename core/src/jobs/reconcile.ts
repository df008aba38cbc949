import type { Knex } from 'knex'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { type CronTime, nextInstant } from './cron.ts'
import { cronChanges, keyOf } from './cron-changes.ts'
import {
  changeCrons,
  deleteOldFailures,
  listCrons,
  switchSchedules,
  takeTurn,
} from './reconcile-store.ts'
import { wantedJobs } from './wanted-schedules.ts'

/**
 * Makes the schedules what the snapshot wants: cron jobs come and go with binding, grant and version, and what
 * plugins asked for is paused meanwhile. Nodes do it one after the other, and none undoes a later generation.
 */
export async function reconcileJobs(knex: Knex, snapshot: Snapshot, now: number): Promise<void> {
  const wanted = wantedJobs(snapshot)
  const mayRun = new Set(wanted.map(keyOf))
  const instants = new Map<string, number | null>()
  const nextAt = (time: CronTime) => {
    const key = `${time.tz} ${time.cron}`
    const known = instants.get(key) ?? nextInstant(time, now) ?? null
    instants.set(key, known)
    return known
  }
  await knex.transaction(async (trx) => {
    if (!(await takeTurn(trx, snapshot.generation))) return
    await changeCrons(trx, cronChanges(await listCrons(trx), wanted), now, nextAt)
    await switchSchedules(trx, (key) => mayRun.has(key), now)
    await deleteOldFailures(trx, now)
  })
}
