import type { Knex } from 'knex'
import type { Setback, TenantCalls } from './running-figures.ts'

/** Reads what others counted: service levels, bindings, rollouts, and circuits from the audit. */

/** More tenants and versions than a host has. */
const MAX_ROWS = 200_000

/**
 * Tenants in which a plugin is enabled and was called since then. Of one without services nobody can count calls: there,
 * to have enabled it is to run it. @param plugin null: of all
 */
export async function readTenantCalls(
  knex: Knex,
  { plugin, since }: { plugin: string | null; since: Date },
): Promise<readonly TenantCalls[]> {
  const { rows } = await knex.raw<{ rows: TenantCalls[] }>(
    `select l.plugin, l.version, l.tenant, sum(l.calls)::float8 as calls, sum(l.failed)::float8 as failed
       from service_levels l join bindings b on b.tenant = l.tenant and b.plugin = l.plugin
      where l.slot >= ? and b.binding <> 'disabled'
        and (?::text is null or (l.service, l.major) in (select id, major from services where plugin = ?))
      group by 1, 2, 3
      union all
     select p.name, coalesce(b.pinned_version, p.stable_version), b.tenant, 0, 0
       from bindings b join plugins p on p.name = b.plugin
      where b.binding <> 'disabled' and p.stable_version is not null and (?::text is null or p.name = ?)
        and not exists (select from services s where s.plugin = p.name)
      limit ${MAX_ROWS}`,
    [since, plugin, plugin, plugin, plugin] as Knex.RawBinding[],
  )
  return rows
}

/** @param plugin null: of all */
export async function readSetbacks(
  knex: Knex,
  { plugin, since }: { plugin: string | null; since: Date },
): Promise<readonly Setback[]> {
  const { rows } = await knex.raw<{ rows: Setback[] }>(
    `select r.plugin, r.to_version as version,
            case t.command when 'rollback' then 'rolled-back' else 'aborted' end as kind
       from rollout_transitions t join rollouts r on r.id = t.rollout
      where t.at >= ? and t.command in ('abort', 'rollback') and t.from_state <> 'ready'
        and (?::text is null or r.plugin = ?)
      group by 1, 2, 3
      union
     select regexp_replace(subject, '@[^@]*$', ''), substring(subject from '@([^@]*)$'), 'crashed'
       from audit_entries
      where action = 'plugin.circuit_opened' and at >= ?
        and (?::text is null or starts_with(subject, ?::text || '@'))
      limit ${MAX_ROWS}`,
    [since, plugin, plugin, since, plugin, plugin] as Knex.RawBinding[],
  )
  return rows
}

/** How long answers took, by version and bucket: see catalog/levels/duration-buckets.ts. */
export async function readDurations(
  knex: Knex,
  { plugin, since }: { plugin: string; since: Date },
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { rows } = await knex.raw<{ rows: { version: string; buckets: number[] }[] }>(
    `select version, array_agg(counted order by n) as buckets
       from (select version, n, sum(one)::float8 as counted
               from service_levels, unnest(buckets) with ordinality as b (one, n)
              where slot >= ? and (service, major) in (select id, major from services where plugin = ?)
              group by 1, 2) spread
      group by 1 limit 600`,
    [since, plugin],
  )
  return new Map(rows.map(({ version, buckets }) => [version, buckets]))
}
