import type { Knex } from 'knex'
import type { HostNote } from './host-note.ts'

export interface UntoldNote extends HostNote {
  readonly traceId: string | null
}

/** Any constant, the same for every version of the host. */
const TELLING_TURN = 0x73626877

/** Changes that plugins may hear of, as part of their transaction. */
export async function queueNews(trx: Knex, sequences: readonly string[]): Promise<void> {
  if (sequences.length === 0) return
  await trx('host_news').insert(sequences.map((sequence) => ({ sequence })))
}

/** Costs a look at an index. */
export async function hasNews(knex: Knex): Promise<boolean> {
  return (await knex('host_news').first('sequence')) !== undefined
}

/** Until the transaction ends one node tells, and whoever comes after it goes on where it was. */
export async function takeTellingTurn(trx: Knex.Transaction): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(?)', [TELLING_TURN])
}

/**
 * What was not told yet. Numbers are drawn while what a change is of is locked, so of one subject they are in the order of
 * its changes.
 */
export async function untoldNotes(trx: Knex, limit: number): Promise<UntoldNote[]> {
  return trx('host_news as n')
    .join('outbox_events as o', 'o.sequence', 'n.sequence')
    .orderBy('n.sequence')
    .limit(limit)
    .select('o.sequence', 'o.id', 'o.type', 'o.subject', 'o.tenant', 'o.at', 'o.data', {
      traceId: 'o.trace_id',
    })
}

export async function forgetNews(trx: Knex, sequences: readonly string[]): Promise<void> {
  await trx('host_news').whereIn('sequence', sequences).delete()
}

/**
 * Tenants in which a plugin wants to hear of one of these.
 * @param wishes types and families
 * @returns by wish
 */
export async function tenantsHearing(
  trx: Knex,
  wishes: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await trx.raw<{ rows: { wish: string; tenants: string[] }[] }>(
    `select g.parameters ->> 'type' as wish, array_agg(distinct g.tenant) as tenants
       from grants g join bindings b on b.tenant = g.tenant and b.plugin = g.plugin and b.binding <> 'disabled'
      where g.capability = 'event:subscribe' and g.revoked_at is null and g.parameters ->> 'type' = any (?::text[])
      group by 1`,
    [[...wishes]],
  )
  return new Map(rows.map(({ wish, tenants }) => [wish, tenants]))
}
