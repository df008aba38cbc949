import type { Knex } from 'knex'

/** Calls of one operation that were audited of late, on all nodes. */
export interface AuditedCalls {
  /** `service@major/operation` */
  readonly subject: string
  readonly outcome: string
  readonly calls: number
}

/** A quarter of an hour is what traffic is "now": long enough for a call a minute. */
export const TRAFFIC_MINUTES = 15
/** Read from the newest backwards, by the key: a busy host writes a few hundred entries a second. */
const MOST_ENTRIES = 200_000

/** What came in the last quarter of an hour, or since 200,000 entries where that is sooner. */
export async function readAuditedCalls(
  knex: Knex,
  services: readonly string[],
): Promise<{ readonly minutes: number; readonly calls: readonly AuditedCalls[] }> {
  if (services.length === 0) return { minutes: TRAFFIC_MINUTES, calls: [] }
  const { rows } = await knex.raw(
    `with recent as (
       select * from audit_entries
       where id > (select coalesce(max(id), 0) - ? from audit_entries)
         and at > now() - make_interval(mins => ?)
     ), span as (
       select case when count(*) >= ? then extract(epoch from now() - min(at)) / 60 else ? end as minutes
       from recent
     )
     select subject, outcome, sum(coalesce((detail->>'count')::bigint, 1)) as calls,
       (select minutes from span) as minutes
     from recent
     where action = 'service.call' and split_part(subject, '/', 1) = any(?)
     group by subject, outcome limit 1000`,
    [MOST_ENTRIES, TRAFFIC_MINUTES, MOST_ENTRIES, TRAFFIC_MINUTES, [...services]],
  )
  const minutes = Math.max(1 / 60, Number(rows[0]?.minutes ?? TRAFFIC_MINUTES))
  const calls = rows.map((row: { subject: string; outcome: string; calls: string }) => ({
    subject: row.subject,
    outcome: row.outcome,
    calls: Number(row.calls),
  }))
  return { minutes, calls }
}

/** What reached a plugin's versions of late. */
export interface MeasuredTraffic {
  readonly callsPerDay: number
  /** Since the first call that was seen, at most a day. */
  readonly hours: number
}

/** Less than an hour is no day. */
const LEAST_HOURS = 1

/**
 * Calls of apps from the audit, of a day or of the newest 200,000 entries, counted since the first of them, so that a
 * young plugin is not taken for a quiet one; calls of other plugins from the uses of their grants. Events and jobs
 * are in neither.
 * @returns undefined where less than an hour is known
 */
export async function measureTraffic(
  knex: Knex,
  services: readonly string[],
): Promise<MeasuredTraffic | undefined> {
  if (services.length === 0) return undefined
  const audited = await knex.raw(
    `select sum(coalesce((detail->>'count')::bigint, 1)) as calls,
       extract(epoch from now() - min(at)) / 3600 as hours
     from audit_entries
     where id > (select coalesce(max(id), 0) - ? from audit_entries)
       and at > now() - interval '1 day'
       and action = 'service.call' and split_part(subject, '/', 1) = any(?)
       and (outcome in ('done', 'CORE_ANSWER_BREAKS_CONTRACT') or outcome like 'SBX\\_%')`,
    [MOST_ENTRIES, [...services]],
  )
  const { calls, hours } = audited.rows[0]
  if (hours === null || Number(hours) < LEAST_HOURS) return undefined
  const callsPerDay = Number(calls) * (24 / Number(hours)) + (await pluginCalls(knex, services))
  return { callsPerDay: Math.round(callsPerDay), hours: Math.min(24, Math.round(Number(hours))) }
}

/** A day, as they came since they are counted; of callers that called within the last day. */
async function pluginCalls(knex: Knex, services: readonly string[]): Promise<number> {
  const names = services.map((service) => service.split('@')[0] as string)
  const { rows } = await knex.raw(
    `select coalesce(sum(u.count / greatest(1 / 24.0, extract(epoch from now() - u.first_at) / 86400)), 0) as calls
     from grant_uses u join grants g on g.id = u.grant_id
     where u.capability = 'service:call' and u.last_at > now() - interval '1 day'
       and split_part(g.parameters->>'service', '@', 1) = any(?)`,
    [names],
  )
  return Number(rows[0].calls)
}
