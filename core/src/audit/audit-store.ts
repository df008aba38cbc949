import type { Knex } from 'knex'

export interface AuditEntry {
  readonly tenant: string | null
  readonly actor: string
  readonly action: string
  readonly subject: string
  /** `done`, or the code of the refusal. */
  readonly outcome: string
  readonly traceId: string | null
  readonly generation?: number
  readonly detail: Readonly<Record<string, unknown>>
}

export interface StoredAuditEntry extends AuditEntry {
  readonly id: number
  readonly at: string
}

export async function insertAuditEntries(
  knex: Knex,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return
  await knex('audit_entries').insert(
    entries.map((entry) => ({
      tenant: entry.tenant,
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject,
      outcome: entry.outcome,
      trace_id: entry.traceId,
      generation: entry.generation ?? null,
      detail: JSON.stringify(entry.detail),
    })),
  )
}

/** Newest first. @param before entries older than this id; undefined: from the newest. */
export async function listAuditEntries(
  knex: Knex,
  filter: { tenant: string | undefined; before: number | undefined; limit: number },
): Promise<StoredAuditEntry[]> {
  const query = knex('audit_entries').orderBy('id', 'desc').limit(filter.limit)
  if (filter.tenant !== undefined) query.where('tenant', filter.tenant)
  if (filter.before !== undefined) query.where('id', '<', filter.before)
  const rows = await query
  return rows.map((row) => ({
    id: Number(row.id),
    at: row.at.toISOString(),
    tenant: row.tenant,
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    outcome: row.outcome,
    traceId: row.trace_id,
    ...(row.generation === null ? {} : { generation: Number(row.generation) }),
    detail: row.detail,
  }))
}
