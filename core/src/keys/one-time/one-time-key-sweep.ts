import type { Knex } from 'knex'
import type { StopStack } from '../../stop-stack.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import { deleteExpired } from './one-time-key-store.ts'

const INTERVAL_MS = 60_000
/** Rows of one statement; each has about 4 KB. */
const BITE = 500

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** What was certified and never signed: its private half goes within a minute of its end, on whichever node looks first. */
export function sweepOneTimeKeys({ knex, now, log }: Ports, stops: StopStack): RepeatedRun {
  const runs = new RepeatedRun(async () => {
    try {
      while ((await deleteExpired(knex, new Date(now()), BITE)) === BITE);
    } catch (err) {
      log.warn({ err }, 'one-time keys could not be swept')
    }
  }, INTERVAL_MS)
  runs.start()
  stops.push(() => runs.stop())
  return runs
}
