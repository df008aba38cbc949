import type { Knex } from 'knex'
import type { UseSum } from './use-ledger.ts'

/** Rows of one statement. */
const BATCH = 1000

/** Long enough for what is done once a quarter. */
const KEPT_MS = 100 * 24 * 3_600_000

/** Adds to what is there, in one order for all nodes: they wait for each other instead of locking each other out. */
export async function addUses(knex: Knex, sums: readonly UseSum[]): Promise<void> {
  const ordered = [...sums].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  await knex.transaction(async (trx) => {
    for (let from = 0; from < ordered.length; from += BATCH) {
      const rows = ordered.slice(from, from + BATCH).map((sum) => ({
        ...sum,
        first_at: new Date(sum.firstAt),
        last_at: new Date(sum.lastAt),
      }))
      await trx.raw(
        `insert into grant_uses as u (tenant, plugin, version, capability, grant_id, facet,
                                      count, failures, total_ms, first_at, last_at)
         select tenant, plugin, version, capability, "grant", facet,
                count, failures, "totalMs", first_at, last_at
           from jsonb_to_recordset(?) as r (tenant text, plugin text, version text,
                capability text, "grant" text, facet text, count bigint, failures bigint,
                "totalMs" float8, first_at timestamptz, last_at timestamptz)
         on conflict (tenant, plugin, version, capability, grant_id, facet) do update
            set count = u.count + excluded.count, failures = u.failures + excluded.failures,
                total_ms = u.total_ms + excluded.total_ms,
                first_at = least(u.first_at, excluded.first_at),
                last_at = greatest(u.last_at, excluded.last_at)`,
        [JSON.stringify(rows)],
      )
    }
  })
}

function keyOf({ tenant, plugin, version, capability, grant, facet }: UseSum): string {
  return [tenant, plugin, version, capability, grant, facet].join('\0')
}

/** What a plugin used in a tenant, last used first. */
export async function listUses(
  knex: Knex,
  { tenant, plugin, version }: { tenant: string; plugin: string; version: string | undefined },
  limit: number,
): Promise<UseSum[]> {
  const query = knex('grant_uses').where({ tenant, plugin }).orderBy('last_at', 'desc').limit(limit)
  if (version !== undefined) query.where({ version })
  const rows = await query
  return rows.map((row) => ({
    tenant,
    plugin,
    version: row.version,
    capability: row.capability,
    grant: row.grant_id,
    facet: row.facet,
    count: Number(row.count),
    failures: Number(row.failures),
    totalMs: row.total_ms,
    firstAt: row.first_at.getTime(),
    lastAt: row.last_at.getTime(),
  }))
}

export async function deleteOldUses(knex: Knex, now: number): Promise<void> {
  await knex('grant_uses')
    .where('last_at', '<', new Date(now - KEPT_MS))
    .delete()
}
