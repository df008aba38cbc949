import type { Context } from '@signalbox/sdk'
import { BASELINE } from './result-series.ts'

type Port = Pick<Context, 'db' | 'tenant'>

/** What is older goes; a result by when its run ended, a batch by when it came. */
export interface Cutoffs {
  readonly badRows: string
  readonly results: string
  readonly runs: string
  readonly batches: string
  /** A run that nothing has touched since is not at work: its job was given up. */
  readonly abandoned: string
}

/** Each removes at most so many rows, oldest first. @returns how many */
export type PruneStep = (cutoffs: Cutoffs, limit: number, port: Port) => Promise<number>

const count = async ({ db }: Port, sql: string, parameters: (string | number)[]) =>
  (await db.query(sql, parameters)).rowCount

const abandonedRuns: PruneStep = ({ abandoned }, limit, port) =>
  count(
    port,
    `update data_runs set state = 'failed', problem = 'ABANDONED', revision = revision + 1, finished_at = touched_at
      where tenant = $1 and run in (select run from data_runs where tenant = $1 and state = 'running' and touched_at < $2::timestamptz limit $3)`,
    [port.tenant, abandoned, limit],
  )

const badRows: PruneStep = (cutoffs, limit, port) =>
  count(
    port,
    `delete from data_bad_rows b using (
      select o.run, o.check_id, o.place from data_runs u join data_bad_rows o on o.tenant = u.tenant and o.run = u.run
      where u.tenant = $1 and u.finished_at < $2::timestamptz limit $3
    ) o where b.tenant = $1 and b.run = o.run and b.check_id = o.check_id and b.place = o.place`,
    [port.tenant, cutoffs.badRows, limit],
  )

/** The newest result of a check stays, for it is its state; and those that set the limits of its chart, which must not move. */
const results: PruneStep = (cutoffs, limit, port) =>
  count(
    port,
    `delete from data_results d using (
      select o.check_id, o.run from data_checks c
      cross join lateral (
        select max(b.finished_at) as base_end from (
          select finished_at from data_results where tenant = c.tenant and check_id = c.check_id and coalesce(value, pass_rate) is not null
          order by finished_at, run limit ${BASELINE}
        ) b
      ) b
      cross join lateral (
        select check_id, run from data_results r where r.tenant = c.tenant and r.check_id = c.check_id
          and r.finished_at < $2::timestamptz and r.finished_at > b.base_end
          and exists (select from data_results n where n.tenant = c.tenant and n.check_id = c.check_id and n.finished_at > r.finished_at)
        order by r.finished_at limit $3
      ) o
      where c.tenant = $1 limit $3
    ) o where d.tenant = $1 and d.check_id = o.check_id and d.run = o.run`,
    [port.tenant, cutoffs.results, limit],
  )

/** Those with bad rows that are still kept stay with them. */
const runs: PruneStep = (cutoffs, limit, port) =>
  count(
    port,
    `delete from data_runs where tenant = $1 and run in (
      select run from data_runs u where u.tenant = $1 and u.finished_at < $2::timestamptz
        and not exists (select from data_bad_rows b where b.tenant = u.tenant and b.run = u.run) limit $3)`,
    [port.tenant, cutoffs.runs, limit],
  )

const batches: PruneStep = (cutoffs, limit, port) =>
  count(
    port,
    `delete from data_batches d using (
      select dataset, batch from data_batches where tenant = $1 and received_at < $2::timestamptz limit $3
    ) o where d.tenant = $1 and d.dataset = o.dataset and d.batch = o.batch`,
    [port.tenant, cutoffs.batches, limit],
  )

/** Keys that a run left behind which ended before it had counted them. */
const leftKeys: PruneStep = (_, limit, port) =>
  count(
    port,
    `delete from data_run_keys k using (
      select o.run, o.check_id, o.side, o.bucket, o.first_row from data_run_keys o
      where o.tenant = $1 and not exists (select from data_runs u where u.tenant = o.tenant and u.run = o.run and u.state = 'running') limit $2
    ) o where k.tenant = $1 and k.run = o.run and k.check_id = o.check_id and k.side = o.side and k.bucket = o.bucket and k.first_row = o.first_row`,
    [port.tenant, limit],
  )

/** Rows that a batch replaced while a run was still looking at them. */
const replacedRows: PruneStep = (_, limit, port) =>
  count(
    port,
    `delete from data_rows r using (
      select o.dataset, o.seq from data_sets d join data_rows o on o.tenant = d.tenant and o.dataset = d.dataset and o.seq < d.first_row
      where d.tenant = $1 and not exists (select from data_runs u where u.tenant = $1 and u.state = 'running') limit $2
    ) o where r.tenant = $1 and r.dataset = o.dataset and r.seq = o.seq`,
    [port.tenant, limit],
  )

/** In their order: runs go when their bad rows are gone. */
export const pruneSteps: readonly PruneStep[] = [
  abandonedRuns,
  badRows,
  results,
  runs,
  batches,
  leftKeys,
  replacedRows,
]
