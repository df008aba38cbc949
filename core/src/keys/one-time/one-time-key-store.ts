import type { Knex } from 'knex'
import type { Sealed } from '../../sealing/sealer.ts'
import type { KeyAlgorithm } from '../key-algorithms.ts'
import type { SignerSubject } from './signer-certificate.ts'

/** Whose it is: of the plugin that had it made, by a key of the tenant. */
export interface OneTimeKeyName {
  readonly id: string
  readonly tenant: string
  readonly plugin: string
  /** The key that certified it. */
  readonly key: string
}

export interface OneTimeKey extends OneTimeKeyName {
  /** Version of the key that certified it. */
  readonly keyVersion: number
  readonly algorithm: KeyAlgorithm
  /** SubjectPublicKeyInfo DER. */
  readonly spki: Buffer
  /** DER: its own, then the chain of the key. */
  readonly certificates: readonly Buffer[]
  readonly subject: SignerSubject
  /** Of its certificate, hexadecimal. */
  readonly serialNumber: string
  readonly expiresAt: Date
}

export async function insertOneTimeKey(
  knex: Knex,
  key: OneTimeKey,
  { sealed, dataKey }: Sealed,
): Promise<void> {
  const { id, tenant, plugin, algorithm, spki, subject } = key
  const texts = key.certificates.map((der) => der.toString('base64'))
  await knex('signing_one_time_keys').insert({
    id,
    tenant,
    plugin,
    key: key.key,
    key_version: key.keyVersion,
    algorithm,
    spki,
    certificates: JSON.stringify(texts),
    subject: JSON.stringify(subject),
    serial_number: key.serialNumber,
    sealed,
    data_key: dataKey,
    expires_at: key.expiresAt,
  })
}

/** One that may still sign. */
export async function findOneTimeKey(
  knex: Knex,
  name: OneTimeKeyName,
  now: Date,
): Promise<OneTimeKey | undefined> {
  const row = await knex('signing_one_time_keys')
    .where({ ...name })
    .where('expires_at', '>', now)
    .first()
  if (row === undefined) return undefined
  return {
    ...name,
    keyVersion: row.key_version,
    algorithm: row.algorithm,
    spki: row.spki,
    certificates: row.certificates.map((text: string) => Buffer.from(text, 'base64')),
    subject: row.subject,
    serialNumber: row.serial_number,
    expiresAt: row.expires_at,
  }
}

/**
 * Takes the private half out for the one signature. It is gone with this statement, whatever becomes of the signature: who ends
 * between the two has lost the key, and nobody signs with it a second time.
 * @returns undefined where it was taken, is over, or the key that certified it was disabled
 */
export async function takeOneTimeKey(
  knex: Knex,
  name: OneTimeKeyName,
  now: Date,
): Promise<Sealed | undefined> {
  const { tenant, key } = name
  const rows = await knex('signing_one_time_keys')
    .where({ ...name })
    .where('expires_at', '>', now)
    .whereExists(knex('signing_keys').where({ tenant, id: key, state: 'active' }))
    .delete(['sealed', 'data_key'])
  return rows[0] === undefined ? undefined : { sealed: rows[0].sealed, dataKey: rows[0].data_key }
}

/** @returns how many went */
export async function deleteExpired(knex: Knex, now: Date, limit: number): Promise<number> {
  const expired = knex('signing_one_time_keys').where('expires_at', '<=', now).limit(limit)
  return knex('signing_one_time_keys').whereIn('id', expired.select('id')).delete()
}
