import type { Knex } from 'knex'

/** The only place with SQL for search: reads the latest version of each package. */

export interface SearchHit {
  readonly name: string
  readonly version: string
  readonly description: string | null
  readonly keywords: unknown
  readonly license: string | null
  readonly publisher: string
  readonly owner: string
  readonly modifiedAt: Date
}

/** Packages whose name or description holds every term, by name. */
export async function searchPackages(
  knex: Knex,
  query: { terms: readonly string[]; limit: number; offset: number },
): Promise<{ hits: readonly SearchHit[]; total: number }> {
  const matching = knex('packages as p')
    .join('dist_tags as t', (on) => on.on('t.name', 'p.name').andOnVal('t.tag', 'latest'))
    .join('package_versions as v', (on) =>
      on
        .on('v.name', 'p.name')
        .andOn('v.version', 't.version')
        .andOnIn('v.state', ['published', 'deprecated']),
    )
  for (const term of query.terms) {
    const pattern = `%${term.replace(/[\\%_]/g, '\\$&')}%`
    matching.whereRaw(`(p.name ilike ? or v.package_json ->> 'description' ilike ?)`, [
      pattern,
      pattern,
    ])
  }
  const [{ count }] = (await matching.clone().count('* as count')) as [{ count: string }]
  const hits: SearchHit[] = await matching
    .orderBy('p.name')
    .limit(query.limit)
    .offset(query.offset)
    .select(
      'p.name as name',
      'v.version as version',
      knex.raw(`v.package_json ->> 'description' as description`),
      knex.raw(`v.package_json -> 'keywords' as keywords`),
      knex.raw(`v.package_json ->> 'license' as license`),
      'v.publisher as publisher',
      'p.owner as owner',
      'p.modified_at as modifiedAt',
    )
  return { hits, total: Number(count) }
}
