import type { Context, Statement } from '@signalbox/sdk'
import { instantText } from '../time/instant.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export interface Rebuild {
  readonly live: number
  readonly shadow: number | null
  readonly rebuild: string | null
  readonly cursor: string | null
  readonly done: number
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly progressed_at: string | null
  readonly requested_by: string | null
}

export async function readRebuild({ db }: Port): Promise<Rebuild | undefined> {
  const { rows } = await db.query<Rebuild>(
    `select live, shadow, rebuild, cursor, done::float8 as done, started_at, finished_at, progressed_at, requested_by from generations`,
  )
  return rows[0]
}

/** @returns false where one is at work that has progressed since `stale` */
export async function beginRebuild(
  { db, tenant }: Port,
  { id, by, now, stale }: { id: string; by: string; now: number; stale: number },
): Promise<boolean> {
  await db.query(
    'insert into generations (tenant, live, done) values ($1, 1, 0) on conflict (tenant) do nothing',
    [tenant],
  )
  const { rowCount } = await db.query(
    `update generations set shadow = greatest(live, coalesce(shadow, live)) + 1, rebuild = $1, cursor = '', done = 0,
            started_at = $2, progressed_at = $2, finished_at = null, requested_by = $3
      where shadow is null or progressed_at < $4`,
    [id, instantText(now), by, instantText(stale)],
  )
  return rowCount > 0
}

export async function ordersAfter(
  { db }: Port,
  cursor: string,
  limit: number,
): Promise<readonly { readonly order_id: string; readonly told: number }[]> {
  const { rows } = await db.query<{ order_id: string; told: number }>(
    'select order_id, told::float8 as told from heads where order_id > $1 order by order_id limit $2',
    [cursor, limit],
  )
  return rows
}

/** Moves the rebuild on; another chunk that is ahead undoes this one. */
export function progressStatement(
  rebuild: Rebuild,
  cursor: string,
  more: number,
  now: number,
): Statement {
  return {
    sql: `update generations set cursor = $1, done = done + $2, progressed_at = $3
           where rebuild = $4 and shadow = $5 and cursor = $6`,
    parameters: [cursor, more, instantText(now), rebuild.rebuild, rebuild.shadow, rebuild.cursor],
    rows: 1,
  }
}

/**
 * What was made beside is shown from now on. The row is taken first: who writes orders holds it until his commit, so that what is
 * counted then is all there is.
 */
export async function switchGenerations({ db, tenant }: Port, rebuild: Rebuild, now: number) {
  await db.transaction([
    {
      sql: 'select live from generations where rebuild = $1 and shadow = $2 for update',
      parameters: [rebuild.rebuild, rebuild.shadow],
      rows: 1,
    },
    {
      sql: `insert into stage_counts (tenant, generation, stage, slot, orders)
            select $1, $2, stage, 0, count(*) from orders where generation = $2 and is_known group by stage`,
      parameters: [tenant, rebuild.shadow],
    },
    {
      sql: `update generations set live = shadow, shadow = null, finished_at = $1, progressed_at = $1
             where rebuild = $2 and shadow = $3`,
      parameters: [instantText(now), rebuild.rebuild, rebuild.shadow],
      rows: 1,
    },
  ])
}

/** Rows that nobody reads any more, some at a time. @returns whether there may be more */
export async function forgetGenerations({ db }: Port, limit: number): Promise<boolean> {
  const isOld = `generation <> (select live from generations)
                 and generation is distinct from (select shadow from generations)`
  const [orders, stays] = await db.transaction([
    {
      sql: `delete from orders where (generation, order_id) in (select generation, order_id from orders where ${isOld} limit $1)`,
      parameters: [limit],
    },
    {
      sql: `delete from stays where (generation, order_id, nth) in (select generation, order_id, nth from stays where ${isOld} limit $1)`,
      parameters: [limit * 8],
    },
    { sql: `delete from stage_counts where ${isOld}`, parameters: [] },
  ])
  return orders?.rowCount === limit || stays?.rowCount === limit * 8
}
