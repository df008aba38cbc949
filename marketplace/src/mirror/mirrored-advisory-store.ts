import type { Knex } from 'knex'
import type { MirroredAdvisory } from './mirrored-advisories.ts'

/** The rows of advisories that came from other marketplaces. */

/** @returns how many came, changed or went */
export async function replaceAdvisories(
  trx: Knex.Transaction,
  marketplace: string,
  advisories: readonly MirroredAdvisory[],
  at: Date,
): Promise<number> {
  let changed = 0
  for (const one of advisories) {
    const row = {
      package: one.package,
      title: one.title,
      severity: one.severity,
      vulnerable_versions: one.vulnerableVersions,
      url: one.url ?? null,
      cwe: one.cwe ?? [],
      cvss_score: one.cvss?.score ?? null,
      cvss_vector: one.cvss?.vector ?? null,
      withdrawn_at: null,
    }
    const columns = Object.keys(row).join(', ')
    const written = await trx('advisories')
      .insert({ ...row, mirrored_from: marketplace, mirrored_id: one.mirroredId, created_at: at })
      .onConflict(['mirrored_from', 'mirrored_id'])
      .merge(row)
      .whereRaw(
        `(${prefixed('advisories', columns)}) is distinct from (${prefixed('excluded', columns)})`,
      )
      .returning('id')
    changed += written.length
  }
  const gone = await trx('advisories')
    .where({ mirrored_from: marketplace })
    .whereNull('withdrawn_at')
    .whereNotIn(
      'mirrored_id',
      advisories.map(({ mirroredId }) => mirroredId),
    )
    .update({ withdrawn_at: at })
  return changed + gone
}

function prefixed(table: string, columns: string): string {
  return columns
    .split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ')
}
