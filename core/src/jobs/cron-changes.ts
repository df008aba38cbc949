import type { CronTime } from './cron.ts'
import type { MissedPolicy } from './schedule.ts'
import type { WantedJob } from './wanted-schedules.ts'

/** A cron schedule as it stands. */
export interface StandingCron {
  readonly id: string
  readonly tenant: string
  readonly plugin: string
  readonly job: string
  readonly time: CronTime
  readonly missed: MissedPolicy
}

export type CronWish = WantedJob & { readonly time: CronTime }

export interface CronChanges {
  readonly add: readonly CronWish[]
  readonly change: readonly { readonly id: string; readonly wish: CronWish }[]
  readonly remove: readonly string[]
}

/** What makes the schedules that stand into those that are wanted. Pure. */
export function cronChanges(
  standing: readonly StandingCron[],
  wanted: readonly WantedJob[],
): CronChanges {
  const left = new Map<string, CronWish>()
  for (const job of wanted) if (hasTime(job)) left.set(keyOf(job), job)
  const change: { id: string; wish: CronWish }[] = []
  const remove: string[] = []
  for (const row of standing) {
    const wish = left.get(keyOf(row))
    left.delete(keyOf(row))
    if (wish === undefined) remove.push(row.id)
    else if (!isSame(row, wish)) change.push({ id: row.id, wish })
  }
  return { add: [...left.values()], change, remove }
}

function hasTime(job: WantedJob): job is CronWish {
  return job.time !== null
}

function isSame(row: StandingCron, wish: CronWish): boolean {
  const isSameTime = row.time.cron === wish.time.cron && row.time.tz === wish.time.tz
  return isSameTime && row.missed === wish.missed
}

/** None of the three has a space in it. */
export function keyOf({
  tenant,
  plugin,
  job,
}: Pick<WantedJob, 'tenant' | 'plugin' | 'job'>): string {
  return `${tenant} ${plugin} ${job}`
}
