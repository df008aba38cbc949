import type { Knex } from 'knex'
import type { Sealed } from '../sealing/sealer.ts'
import type { KeyAlgorithm, KeyUsage } from './key-algorithms.ts'
import type { KeyPolicy, PolicedKey } from './key-policy.ts'
import type { KeyState } from './key-states.ts'

export interface KeyVersion {
  readonly version: number
  /** SubjectPublicKeyInfo DER; null for a shared secret. */
  readonly spki: Buffer | null
  /** DER, the key's own first; none before one was put. */
  readonly certificates: readonly Buffer[]
  readonly createdAt: string
}

export interface KeyHead extends PolicedKey {
  readonly createdBy: string
  readonly createdAt: string
}

export interface SigningKey extends KeyHead {
  /** Newest first; there is one at least. */
  readonly versions: readonly KeyVersion[]
}

export interface NewKey {
  readonly tenant: string
  readonly id: string
  readonly algorithm: KeyAlgorithm
  readonly usages: readonly KeyUsage[]
  readonly policy: KeyPolicy
  readonly createdBy: string
}

export interface NewVersion {
  readonly tenant: string
  readonly key: string
  readonly version: number
  readonly spki: Buffer | null
  readonly secret: Sealed
}

/** @returns false where the tenant has a key of that id */
export async function insertKey(trx: Knex, key: NewKey): Promise<boolean> {
  const rows = await trx('signing_keys')
    .insert({
      tenant: key.tenant,
      id: key.id,
      algorithm: key.algorithm,
      usages: JSON.stringify(key.usages),
      policy: JSON.stringify(key.policy),
      state: 'active',
      created_by: key.createdBy,
    })
    .onConflict(['tenant', 'id'])
    .ignore()
    .returning('id')
  return rows.length === 1
}

/** @returns false where the key has that version */
export async function insertVersion(
  trx: Knex,
  { secret: { dataKey, sealed }, ...version }: NewVersion,
): Promise<boolean> {
  const rows = await trx('signing_key_versions')
    .insert({ ...version, sealed, data_key: dataKey })
    .onConflict(['tenant', 'key', 'version'])
    .ignore()
    .returning('version')
  return rows.length === 1
}

export async function findKey(
  knex: Knex,
  tenant: string,
  id: string,
): Promise<SigningKey | undefined> {
  const head: Promise<KeyRow | undefined> = knex('signing_keys').where({ tenant, id }).first()
  const [row, found] = await Promise.all([
    head,
    knex('signing_key_versions')
      .where({ tenant, key: id })
      .orderBy('version', 'desc')
      .select('version', 'spki', 'certificates', 'created_at'),
  ])
  // Both come with one commit; between the two reads it may have been made.
  if (row === undefined || found.length === 0) return undefined
  const versions = found.map(({ version, spki, certificates, created_at }) => ({
    version,
    spki,
    certificates: certificates.map((text: string) => Buffer.from(text, 'base64')),
    createdAt: created_at.toISOString(),
  }))
  return { ...headOf(row), versions }
}

/** In order of id. @param cursor the last id of the page before */
export async function listKeys(
  knex: Knex,
  tenant: string,
  { limit, cursor }: { limit: number; cursor: string | undefined },
): Promise<KeyHead[]> {
  const query = knex('signing_keys').where({ tenant }).orderBy('id').limit(limit)
  if (cursor !== undefined) query.where('id', '>', cursor)
  const rows: KeyRow[] = await query
  return rows.map(headOf)
}

export async function setKeyState(
  trx: Knex,
  tenant: string,
  id: string,
  move: { readonly from: KeyState; readonly to: KeyState },
): Promise<boolean> {
  const changed = await trx('signing_keys')
    .where({ tenant, id, state: move.from })
    .update({ state: move.to })
  return changed === 1
}

export async function setCertificates(
  trx: Knex,
  named: { readonly tenant: string; readonly key: string; readonly version: number },
  certificates: readonly Buffer[],
): Promise<void> {
  const texts = certificates.map((der) => der.toString('base64'))
  await trx('signing_key_versions')
    .where(named)
    .update({ certificates: JSON.stringify(texts) })
}

/** The sealed private half of one version. */
export async function findSealed(
  knex: Knex,
  named: { readonly tenant: string; readonly key: string; readonly version: number },
): Promise<Sealed | undefined> {
  const row = await knex('signing_key_versions').where(named).first('sealed', 'data_key')
  return row === undefined ? undefined : { sealed: row.sealed, dataKey: row.data_key }
}

/**
 * Counts one signature, of a key that is active and has some left in this hour: one statement, so that nodes
 * cannot pass the bound together, and no signature is made after the key was disabled.
 * @returns whether it may be made
 */
export async function spendSignature(
  knex: Knex,
  tenant: string,
  id: string,
  { maxPerHour, now }: { readonly maxPerHour: number; readonly now: number },
): Promise<boolean> {
  const hour = new Date(now - (now % 3_600_000))
  // Clocks of nodes differ: an hour that another has begun is not taken back.
  const changed = await knex('signing_keys')
    .where({ tenant, id, state: 'active' })
    .whereRaw('(uses_hour is null or uses_hour < ? or uses_count < ?)', [hour, maxPerHour])
    .update({
      uses_count: knex.raw('case when uses_hour >= ? then uses_count + 1 else 1 end', [hour]),
      uses_hour: knex.raw('greatest(uses_hour, ?)', [hour]),
    })
  return changed === 1
}

interface KeyRow {
  readonly tenant: string
  readonly id: string
  readonly algorithm: KeyAlgorithm
  readonly usages: readonly KeyUsage[]
  readonly policy: KeyPolicy
  readonly state: KeyState
  readonly created_by: string
  readonly created_at: Date
}

function headOf(row: KeyRow): KeyHead {
  return {
    tenant: row.tenant,
    id: row.id,
    algorithm: row.algorithm,
    usages: row.usages,
    policy: row.policy,
    state: row.state,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  }
}
