import type { Knex } from 'knex'
import { undecidedStates } from '../review/version-states.ts'
import type { SignedRelease } from './registry-keys.ts'

/** Reads and writes what the registry signed, in package_versions. */

export interface UnsignedVersion {
  readonly name: string
  readonly version: string
  readonly integrity: string
  readonly tarballSha256: string
  readonly publisher: string
  readonly publishedAt: Date
  readonly marketplace: string
  readonly authorKey: string | null
}

/** Versions that were let through and that no key of these has signed, in the order of their names, after the one given. */
export async function listUnsigned(
  knex: Knex,
  trusted: readonly string[],
  after: Pick<UnsignedVersion, 'name' | 'version'> | undefined,
  limit: number,
): Promise<readonly UnsignedVersion[]> {
  return unsigned(knex, trusted)
    .whereRaw('(name, version) > (?, ?)', [after?.name ?? '', after?.version ?? ''])
    .orderBy(['name', 'version'])
    .limit(limit)
}

export async function findUnsigned(
  knex: Knex,
  trusted: readonly string[],
  name: string,
  version: string,
): Promise<UnsignedVersion | undefined> {
  const [found] = await unsigned(knex, trusted).where({ name, version })
  return found
}

function unsigned(knex: Knex, trusted: readonly string[]): Knex.QueryBuilder {
  return knex('package_versions')
    .whereNotIn('state', undecidedStates)
    .where((either) => {
      void either.whereNull('signature_key').orWhereNotIn('signature_key', [...trusted])
    })
    .select('name', 'version', 'integrity', 'publisher', {
      tarballSha256: 'tarball_sha256',
      publishedAt: 'published_at',
      marketplace: 'fingerprint',
      authorKey: 'author_key',
    })
}

export async function setSigned(
  trx: Knex.Transaction,
  { name, version }: { readonly name: string; readonly version: string },
  { signature, signatureKey, release }: SignedRelease,
): Promise<void> {
  await trx('package_versions')
    .where({ name, version })
    .update({ signature, signature_key: signatureKey, release })
}
