import type { Knex } from 'knex'

/**
 * Reads which versions that were published here are signed by a key that counts for nothing: revoked by who may sign the
 * package (its publisher, who holds its scope or its name) as of before this registry had the signature in hand. What it
 * saw before that stays good (`keyVerdict` of the sdk). Somebody else who registers the same public key revokes nothing.
 */

/** The registry saw it when it was staged, or else when it was published. */
const SEEN_AT = `coalesce((select opened_at from reviews r
  where r.name = package_versions.name and r.version = package_versions.version), published_at)`

const REVOKED_AT = `(
  select max(k.revoked_at) from publisher_keys k
   where package_versions.mirrored_from is null
     and k.keyid = package_versions.author_key
     and k.publisher in (
       select package_versions.publisher
       union all
       select s.publisher from publisher_scopes s
        where s.scope = split_part(package_versions.name, '/', 1)
       union all
       select p.owner from packages p where p.name = package_versions.name)
  having bool_and(k.revoked_at is not null and ${SEEN_AT} >= k.revoked_at))`

/** As a column of a select from `package_versions`; null: the key is good for the version. */
export function keyRevokedAt(knex: Knex): Knex.Raw<Date | null> {
  return knex.raw(REVOKED_AT)
}

/** By version, since when its author's key counts for nothing. */
export async function listRevokedVersions(
  knex: Knex,
  name: string,
): Promise<ReadonlyMap<string, Date>> {
  const rows: { version: string; at: Date }[] = await knex('package_versions')
    .where({ name })
    .whereNotNull('author_key')
    .whereRaw(`${REVOKED_AT} is not null`)
    .select('version', { at: keyRevokedAt(knex) })
  return new Map(rows.map(({ version, at }) => [version, at]))
}
