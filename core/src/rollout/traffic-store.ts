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
