import type { Knex } from 'knex'
import { shownPublisher } from '../mirror/shown-publisher.ts'
import type { SearchQuery } from './search-query.ts'
import { termsOf } from './search-words.ts'
import { textQuery } from './text-query.ts'

/** The SQL of `npm search`, over the listings of packages. */

export interface SearchHit {
  readonly name: string
  readonly version: string
  readonly description: string | null
  readonly keywords: unknown
  readonly license: string | null
  readonly publisher: string
  readonly owner: string
  readonly modifiedAt: Date
  /** 0 to 1: see standing.ts. */
  readonly standing: number
}

/**
 * Packages for which all of the query holds, and how many there are in all. Whose very name is asked for comes first, then
 * who stands best; downloads are in none of it. Found in their listings, which are narrow and have the words in an index:
 * the documents of ten thousand packages are not read to say which twenty are shown.
 */
export async function searchPackages(
  knex: Knex,
  query: SearchQuery,
  page: { limit: number; offset: number },
): Promise<{ hits: readonly SearchHit[]; total: number }> {
  const terms = termsOf(query.terms.join(' '))
  // Signs alone are a question that nothing answers.
  if (terms.length === 0 && query.terms.length > 0) return { hits: [], total: 0 }
  const matching = knex('package_listings as l').whereNotNull('l.version')
  if (terms.length > 0) {
    matching.whereRaw('l.words @@ (?)::tsquery', [textQuery(terms, new Map())])
  }
  holdsPeople(matching, query)
  holdsKeywords(matching, query)
  holdsStates(matching, query)
  const [{ count }] = (await matching.clone().count('* as count')) as [{ count: string }]
  const name = query.terms.length === 1 ? (query.terms[0] ?? '') : ''
  const names: string[] = await matching
    .orderByRaw(
      `(? in (l.name, nullif(split_part(l.name, '/', 2), ''))) is true desc, l.standing desc, l.name`,
      [name],
    )
    .limit(page.limit)
    .offset(page.offset)
    .pluck('l.name')
  return { hits: await readHits(knex, names), total: Number(count) }
}

/** As they are now: what was withdrawn since its listing was made is not shown. */
async function readHits(knex: Knex, names: readonly string[]): Promise<readonly SearchHit[]> {
  const rows: SearchHit[] = await knex('package_listings as l')
    .join('packages as p', 'p.name', 'l.name')
    .join('package_versions as v', { 'v.name': 'l.name', 'v.version': 'l.version' })
    .whereRaw('l.name = any(?)', [[...names]])
    .whereIn('v.state', ['published', 'deprecated'])
    .select(
      'p.name as name',
      'v.version as version',
      knex.raw(`v.package_json ->> 'description' as description`),
      knex.raw(`v.package_json -> 'keywords' as keywords`),
      knex.raw(`v.package_json ->> 'license' as license`),
      { publisher: knex.raw(shownPublisher('v.')) },
      'p.owner as owner',
      'p.modified_at as modifiedAt',
      'l.standing as standing',
    )
  const byName = new Map(rows.map((row) => [row.name, row]))
  return names.flatMap((name) => byName.get(name) ?? [])
}

function holdsPeople(matching: Knex.QueryBuilder, query: SearchQuery): void {
  const { author, maintainer, scope } = query
  if (scope !== undefined) matching.whereLike('l.name', `${escaped(scope)}/%`)
  if (author !== undefined) {
    // npm takes both forms of an author: a text "Name <mail> (url)", and an object.
    matching.whereRaw(
      `exists (select from package_versions v where v.name = l.name and v.version = l.version and
        (${shownPublisher('v.')} = ? or v.package_json -> 'author' ->> 'name' ilike ? or v.package_json ->> 'author' ilike ?))`,
      [author, escaped(author), `${escaped(author)}%`],
    )
  }
  if (maintainer !== undefined) {
    matching.whereRaw(
      `(l.publisher = ?
        or exists (select from package_maintainers m where m.name = l.name and m.publisher = ?)
        or exists (select from publisher_scopes s where s.publisher = ? and s.scope = split_part(l.name, '/', 1)))`,
      [maintainer, maintainer, maintainer],
    )
  }
}

function holdsKeywords(matching: Knex.QueryBuilder, { keywords }: SearchQuery): void {
  for (const group of keywords.groups) matching.whereRaw('l.keywords && ?::text[]', [[...group]])
  if (keywords.none.length > 0) {
    matching.whereRaw('not l.keywords && ?::text[]', [[...keywords.none]])
  }
}

function holdsStates(matching: Knex.QueryBuilder, { unstable, deprecated }: SearchQuery): void {
  const isUnstable = `(l.version like '0.%' or l.version like '%-%')`
  if (unstable !== undefined) matching.whereRaw(unstable ? isUnstable : `not ${isUnstable}`)
  if (deprecated !== undefined) {
    matching.whereRaw(
      `${deprecated ? '' : 'not '}exists (select from package_versions v
         where v.name = l.name and v.version = l.version and v.state = 'deprecated')`,
    )
  }
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
