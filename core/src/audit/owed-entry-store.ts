import type { Knex } from 'knex'

/** A change as each of many tenants is told of it. */
export interface OwedChange {
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly traceId: string | null
  /** What all of them are told. */
  readonly detail: Readonly<Record<string, unknown>>
}

export interface OwedEntry {
  readonly tenant: string
  /** What this tenant alone is told beside it. */
  readonly detail: Readonly<Record<string, unknown>>
}

/** Any constant, the same for every version of the host. */
const TELLING_TURN = 0x7362_6f77

/**
 * Puts down whom a change is still to be told to, in its transaction and in two statements, however many they are. While
 * what is changed is locked: of one subject changes are told in the order in which they stand here.
 * @returns undefined: there is nobody
 */
export async function oweEntries(
  trx: Knex.Transaction,
  { actor, action, subject, traceId, detail }: OwedChange,
  entries: readonly OwedEntry[],
): Promise<string | undefined> {
  if (entries.length === 0) return undefined
  const [row] = await trx('owed_changes')
    .insert({ actor, action, subject, trace_id: traceId, detail: JSON.stringify(detail) })
    .returning('id')
  await trx.raw(
    `insert into owed_entries (change, tenant, detail)
     select ?::bigint, tenant, detail from jsonb_to_recordset(?) as r (tenant text, detail jsonb)`,
    [row.id, JSON.stringify(entries)],
  )
  return row.id
}

export async function setOwedGeneration(trx: Knex, id: string, generation: number): Promise<void> {
  await trx('owed_changes').where({ id }).update({ generation })
}

export async function hasOwed(knex: Knex): Promise<boolean> {
  return (await knex('owed_entries').first('change')) !== undefined
}

/** @returns false: another node is at it. Until the transaction ends nobody else tells. */
export async function takeOwedTurn(trx: Knex.Transaction): Promise<boolean> {
  const { rows } = await trx.raw('select pg_try_advisory_xact_lock(?) as has', [TELLING_TURN])
  return rows[0].has
}

/** Takes away some of the oldest change that is owed, to be told in this transaction. */
export async function takeOwed(
  trx: Knex.Transaction,
  limit: number,
): Promise<
  | { readonly change: OwedChange & { generation: number | null }; readonly entries: OwedEntry[] }
  | undefined
> {
  const row = await trx('owed_changes').orderBy('id').first()
  if (row === undefined) return undefined
  const { rows: entries } = await trx.raw<{ rows: OwedEntry[] }>(
    `delete from owed_entries where change = ? and tenant in (
       select tenant from owed_entries where change = ? order by tenant limit ?)
     returning tenant, detail`,
    [row.id, row.id, limit],
  )
  if (entries.length < limit) await trx('owed_changes').where({ id: row.id }).delete()
  const { actor, action, subject, detail } = row
  const generation = row.generation === null ? null : Number(row.generation)
  return { change: { actor, action, subject, detail, traceId: row.trace_id, generation }, entries }
}
