import type { Knex } from 'knex'
import type { PointDigest } from './point-digests.ts'

/** Any constant, the same for every version of the host. */
const TELL_TURN = 0x73627074

/** One node tells at a time, until its transaction ends. */
export async function takeTellTurn(trx: Knex.Transaction): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(?)', [TELL_TURN])
}

export async function listTold(knex: Knex): Promise<readonly PointDigest[]> {
  return knex('told_contributions').select('tenant', 'plugin', 'point', 'digest')
}

export async function putTold(trx: Knex.Transaction, told: readonly PointDigest[]): Promise<void> {
  if (told.length === 0) return
  await trx('told_contributions')
    .insert(told.map(({ tenant, plugin, point, digest }) => ({ tenant, plugin, point, digest })))
    .onConflict(['tenant', 'plugin', 'point'])
    .merge()
}

export async function forgetTold(
  trx: Knex.Transaction,
  gone: readonly PointDigest[],
): Promise<void> {
  if (gone.length === 0) return
  const keys = gone.map(({ tenant, plugin, point }) => [tenant, plugin, point])
  await trx('told_contributions').whereIn(['tenant', 'plugin', 'point'], keys).delete()
}
