import { Cron } from 'croner'

/** Five cron fields and the zone whose wall clock they speak of. */
export interface CronTime {
  readonly cron: string
  readonly tz: string
}

/** More instants than this are not told apart: the counts then say "at least". About 20 ms of computing. */
export const MAX_COUNTED = 100

/**
 * The first instant after `after`, in milliseconds since the epoch; undefined: there is none.
 *
 * Where the clock jumps ahead, a job at one time of day runs at the first instant after the jump; where it
 * falls back, it runs once. Jobs at many times of day skip what does not exist and run at all that does. With
 * both day fields limited, either is enough (POSIX). Costs about 0.2 ms.
 */
export function nextInstant({ cron, tz }: CronTime, after: number): number | undefined {
  return compile(cron, tz)
    .nextRun(new Date(wholeSecond(after)))
    ?.getTime()
}

/** The last instant up to and with `now`; undefined: there is none. */
export function latestInstant({ cron, tz }: CronTime, now: number): number | undefined {
  return compile(cron, tz)
    .previousRuns(1, new Date(wholeSecond(now) + 1000))[0]
    ?.getTime()
}

/** How many instants are after `after` and not after `until`, at most MAX_COUNTED. */
export function countInstants({ cron, tz }: CronTime, after: number, until: number): number {
  const compiled = compile(cron, tz)
  let count = 0
  for (let at = after; count < MAX_COUNTED; count++) {
    const next = compiled.nextRun(new Date(wholeSecond(at)))?.getTime()
    if (next === undefined || next > until) break
    at = next
  }
  return count
}

/** croner computes in whole seconds, and takes a part of one for the next. */
function wholeSecond(instant: number): number {
  return Math.floor(instant / 1000) * 1000
}

function compile(cron: string, tz: string): Cron {
  return new Cron(cron, { timezone: tz, mode: '5-part', paused: true })
}
