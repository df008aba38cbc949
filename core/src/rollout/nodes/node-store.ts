import type { Knex } from 'knex'
import type { DueQuestion } from '../../storage/due-watch.ts'

/**
 * A node that was not seen for so long is dead, or does not reach PostgreSQL: then its canaries have had no call for
 * half of that time already (LEASE_MS), so nobody needs to wait for it.
 */
export const GONE_AFTER_MS = 10_000
/** Long enough for a person to see which node is missing. */
const FORGOTTEN_AFTER_MS = 600_000
/** More nodes than one PostgreSQL has connections for; those seen last are listed. */
const MOST_LISTED = 100

export interface StoredNode {
  readonly id: string
  readonly machine: string
  readonly startedAt: string
  readonly seenAt: string
  readonly isLive: boolean
  /** That it routes by. */
  readonly generation: number
  readonly acknowledgedAt: string
}

/** How many of the live nodes route by a generation or a later one. */
export interface Acknowledged {
  readonly generation: number
  readonly nodes: number
  readonly of: number
}

/** A host that stops does not wait for a server that is silent; what is lost the next heartbeat writes. */
const WRITE_MS = 2000

const isLive = "seen_at > clock_timestamp() - ? * interval '1 millisecond'"

/** One row a node, which only it writes; a node that was forgotten is there again. */
export async function putNode(
  knex: Knex,
  node: { readonly id: string; readonly machine: string; readonly generation: number },
): Promise<void> {
  const now = knex.raw('clock_timestamp()')
  await knex('nodes')
    .insert(node)
    .onConflict('id')
    .merge({
      seen_at: now,
      generation: node.generation,
      acknowledged_at: knex.raw(
        'case when nodes.generation = excluded.generation then nodes.acknowledged_at else clock_timestamp() end',
      ),
    })
    .timeout(WRITE_MS)
}

export async function removeNode(knex: Knex, id: string): Promise<void> {
  await knex('nodes').where({ id }).delete().timeout(WRITE_MS)
}

export async function forgetNodes(knex: Knex): Promise<void> {
  await knex('nodes')
    .whereRaw("seen_at < clock_timestamp() - ? * interval '1 millisecond'", [FORGOTTEN_AFTER_MS])
    .delete()
}

/** Seen last first. */
export async function listNodes(knex: Knex): Promise<StoredNode[]> {
  const rows = await knex('nodes')
    .select('*', knex.raw(`${isLive} as is_live`, [GONE_AFTER_MS]))
    .orderBy([{ column: 'seen_at', order: 'desc' }, 'id'])
    .limit(MOST_LISTED)
  return rows.map((row) => ({
    id: row.id,
    machine: row.machine,
    startedAt: row.started_at.toISOString(),
    seenAt: row.seen_at.toISOString(),
    isLive: row.is_live,
    generation: Number(row.generation),
    acknowledgedAt: row.acknowledged_at.toISOString(),
  }))
}

/** With the database's time in milliseconds since the epoch, for whoever reads at the same moment what is due. */
export async function readAcknowledged(
  knex: Knex,
  generation: number,
): Promise<{ readonly acknowledged: Acknowledged; readonly now: number }> {
  const row = await knex('nodes')
    .whereRaw(isLive, [GONE_AFTER_MS])
    .first(
      knex.raw('count(*) filter (where generation >= ?) as nodes', [generation]),
      knex.raw('count(*) as "of"'),
      knex.raw('extract(epoch from clock_timestamp()) * 1000 as now'),
    )
  const acknowledged = { generation, nodes: Number(row.nodes), of: Number(row.of) }
  return { acknowledged, now: Number(row.now) }
}

/** Due while as many live as this node does not know of. */
export function otherCount(known: () => number): DueQuestion {
  return {
    sql: `select 0 from (select count(*) as n from nodes where ${isLive}) live where n <> ?`,
    values: () => [GONE_AFTER_MS, known()],
  }
}

/** Those that live, by the database's clock. */
export async function countLiveNodes(knex: Knex): Promise<number> {
  const row = await knex('nodes')
    .whereRaw(isLive, [GONE_AFTER_MS])
    .count()
    .first()
    .timeout(WRITE_MS)
  return Number(row?.count ?? 0)
}
