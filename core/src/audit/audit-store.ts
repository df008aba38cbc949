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

/** What a list is narrowed to; what is left out narrows nothing. */
export interface AuditFilter {
  readonly tenant?: string | undefined
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly subject?: string | undefined
  readonly outcome?: string | undefined
  /** RFC 3339; from this moment on, and before that one. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Entries older than this id; undefined: from the newest. */
  readonly before?: number | undefined
  readonly limit: number
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

/** Newest first. */
export async function listAuditEntries(
  knex: Knex,
  filter: AuditFilter,
): Promise<StoredAuditEntry[]> {
  const query = knex('audit_entries').orderBy('id', 'desc').limit(filter.limit)
  for (const column of ['tenant', 'actor', 'action', 'subject', 'outcome'] as const) {
    const wanted = filter[column]
    if (wanted !== undefined) query.where(column, wanted)
  }
  if (filter.from !== undefined) query.where('at', '>=', filter.from)
  if (filter.to !== undefined) query.where('at', '<', filter.to)
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

/**
 * Writes a batch of a node once, however often it is tried: its number is above the last one of that node's.
 * @returns false: it was written before
 */
export async function insertNumberedBatch(
  knex: Knex,
  { node, number }: { node: string; number: number },
  entries: readonly AuditEntry[],
): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const { rowCount } = await trx.raw(
      `insert into audit_writers as w (node, batch) values (?, ?)
       on conflict (node) do update set batch = excluded.batch where w.batch < excluded.batch`,
      [node, number],
    )
    if (rowCount === 0) return false
    for (let from = 0; from < entries.length; from += 1000) {
      await insertAuditEntries(trx, entries.slice(from, from + 1000))
    }
    return true
  })
}

/** @returns 0 of a node that never wrote */
export async function findLastBatch(knex: Knex, node: string): Promise<number> {
  const row = await knex('audit_writers').where({ node }).first('batch')
  return Number(row?.batch ?? 0)
}
