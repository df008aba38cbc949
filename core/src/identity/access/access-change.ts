import type { Knex } from 'knex'
import { type Change, LOST_CHANGE_MS, recordChange } from '../../audit/change.ts'

export const ACCESS_CHANNEL = 'signalbox_access'

export interface AccessChanged<Result> {
  readonly result: Result
  /** Every node that has heard of it asks anew who the tenant's users are and what they may do. */
  readonly revision: number
}

/**
 * A change of what somebody of a tenant may do, or of what proves him: with the next revision, which every node drops
 * what it has kept of the tenant for. It is apart from the generation of the routing table, so that signing out reads
 * no routes anew. The clock's row is taken last, as the generation's is.
 */
export async function commitAccessChange<Result>(
  knex: Knex,
  change: Change & { readonly tenant: string },
  work: (trx: Knex.Transaction) => Promise<Result>,
): Promise<AccessChanged<Result>> {
  return knex.transaction(async (trx) => {
    const result = await work(trx)
    await recordChange(trx, change, null)
    const revision = await nextRevision(trx, change.tenant)
    return { result, revision }
  })
}

async function nextRevision(trx: Knex.Transaction, tenant: string): Promise<number> {
  const rows = await trx('access_clock').increment('revision', 1).returning('revision')
  const revision = Number(rows[0].revision)
  await trx('access_revisions').insert({ tenant, revision }).onConflict('tenant').merge()
  await trx.raw(
    "select pg_notify(?, ?), set_config('idle_in_transaction_session_timeout', ?, true)",
    [ACCESS_CHANNEL, String(revision), String(LOST_CHANGE_MS)],
  )
  return revision
}
