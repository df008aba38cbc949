import type { Knex } from 'knex'
import type { Sealer } from '../sealing/sealer.ts'
import { findSealed, type KeyVersion } from './key-store.ts'

interface Ports {
  readonly knex: Knex
  readonly sealer: Sealer
}

/** A private half belongs to one key and one public key: in the row of another it does not open. */
export function boundTo(key: string, spki: Buffer | null): readonly string[] {
  return ['signing-key', key, spki?.toString('base64') ?? '']
}

/**
 * Opens the private half of one version for as long as the work takes, and wipes it.
 * @throws CORE_HOST_KEY_ABSENT, CORE_HOST_KEY_MISSING, and where it does not open
 */
export async function withSecret<Result>(
  { knex, sealer }: Ports,
  { tenant, id }: { readonly tenant: string; readonly id: string },
  { version, spki }: KeyVersion,
  work: (secret: Buffer) => Promise<Result>,
): Promise<Result> {
  const sealed = await findSealed(knex, { tenant, key: id, version })
  if (sealed === undefined) throw new Error(`there is no version ${version} of ${id}`)
  const secret = await sealer.open(tenant, sealed, boundTo(id, spki))
  try {
    return await work(secret)
  } finally {
    secret.fill(0)
  }
}
