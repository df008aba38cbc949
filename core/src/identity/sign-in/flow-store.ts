import { createHash } from 'node:crypto'
import type { Knex } from 'knex'

/** What a browser is in the middle of. */
export type FlowPurpose = 'sso' | 'passkey-sign-in' | 'passkey-new' | 'passkey-proof'

interface Flow {
  readonly purpose: FlowPurpose
  readonly place: Buffer
  readonly detail: Readonly<Record<string, unknown>>
}

/** Ten minutes: whoever looks for his telephone still comes in. */
export const FLOW_S = 600

/** Behind one address a company comes to work at nine; beyond it somebody floods. */
const MAX_OF_PLACE = 500

/** @param key 256 random bits that the browser brings back */
function hashFlow(key: string): Buffer {
  return createHash('sha256').update(`flow ${key}`).digest()
}

/** @returns false where the place has too many under way */
export async function insertFlow(
  knex: Knex,
  key: string,
  { purpose, place, detail }: Flow,
): Promise<boolean> {
  const live = await knex('sign_in_flows')
    .where({ place })
    .where('expires_at', '>', knex.fn.now())
    .count('* as n')
    .first()
  if (Number(live?.n) >= MAX_OF_PLACE) return false
  await knex('sign_in_flows').insert({
    hash: hashFlow(key),
    purpose,
    place,
    detail: JSON.stringify(detail),
    expires_at: knex.raw('now() + make_interval(secs => ?)', [FLOW_S]),
  })
  return true
}

/** Used up: of two at once one gets it. */
export async function takeFlow<Detail>(
  knex: Knex,
  key: string,
  purpose: FlowPurpose,
): Promise<Detail | undefined> {
  const [row] = await knex('sign_in_flows')
    .where({ hash: hashFlow(key), purpose })
    .where('expires_at', '>', knex.fn.now())
    .delete()
    .returning('detail')
  return row?.detail
}

/** What is good once and lives shorter than a flow. @returns false where it was here before */
export async function isFirst(trx: Knex, key: string): Promise<boolean> {
  const rows = await trx('sign_in_flows')
    .insert({
      hash: hashFlow(key),
      purpose: 'seen',
      place: Buffer.alloc(0),
      detail: '{}',
      expires_at: trx.raw('now() + make_interval(secs => ?)', [FLOW_S]),
    })
    .onConflict('hash')
    .ignore()
    .returning('hash')
  return rows.length === 1
}

export async function sweepFlows(knex: Knex, limit: number): Promise<number> {
  const old = knex('sign_in_flows').where('expires_at', '<', knex.fn.now()).limit(limit)
  return knex('sign_in_flows').whereIn('hash', old.select('hash')).delete()
}
