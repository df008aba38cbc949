import type { Knex } from 'knex'
import { shownPublisher } from '../mirror/shown-publisher.ts'
import type { SearchQuery } from './search-query.ts'

/** The SQL of `npm search`: reads the latest version of each package, and how it stands from its listing. */

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

/** Every text of a package that a word is looked for in; ILIKE finds a word of any script inside a sentence. */
const searched = [
  'p.name',
  `v.package_json ->> 'description'`,
  `v.manifest -> 'displayName' ->> 'en'`,
  `v.manifest -> 'displayName' ->> 'zh-CN'`,
  `v.package_json ->> 'keywords'`,
]

/**
 * Packages for which all of the query holds, and how many there are in all. Whose very name is asked for comes first, then
 * who stands best; downloads are in none of it.
 */
export async function searchPackages(
  knex: Knex,
  query: SearchQuery,
  page: { limit: number; offset: number },
): Promise<{ hits: readonly SearchHit[]; total: number }> {
  const matching = knex('packages as p')
    .join('dist_tags as t', (on) => on.on('t.name', 'p.name').andOnVal('t.tag', 'latest'))
    .join('package_versions as v', (on) =>
      on
        .on('v.name', 'p.name')
        .andOn('v.version', 't.version')
        .andOnIn('v.state', ['published', 'deprecated']),
    )
  holdsWords(matching, query)
  holdsPeople(matching, query)
  holdsKeywords(matching, query)
  holdsStates(matching, query)
  const [{ count }] = (await matching.clone().count('* as count')) as [{ count: string }]
  const name = query.terms.length === 1 ? (query.terms[0] ?? '') : ''
  const hits: SearchHit[] = await matching
    .leftJoin('package_listings as l', 'l.name', 'p.name')
    .orderByRaw(
      `(? in (p.name, nullif(split_part(p.name, '/', 2), ''))) is true desc, coalesce(l.standing, 0) desc, p.name`,
      [name],
    )
    .limit(page.limit)
    .offset(page.offset)
    .select(
      'p.name as name',
      'v.version as version',
      knex.raw(`v.package_json ->> 'description' as description`),
      knex.raw(`v.package_json -> 'keywords' as keywords`),
      knex.raw(`v.package_json ->> 'license' as license`),
      { publisher: knex.raw(shownPublisher('v.')) },
      'p.owner as owner',
      'p.modified_at as modifiedAt',
      knex.raw('coalesce(l.standing, 0)::float8 as standing'),
    )
  return { hits, total: Number(count) }
}

function holdsWords(matching: Knex.QueryBuilder, { terms, scope }: SearchQuery): void {
  for (const term of terms) {
    const anywhere = searched.map((text) => `${text} ilike ?`).join(' or ')
    const pattern = `%${escaped(term)}%`
    matching.whereRaw(
      `(${anywhere})`,
      searched.map(() => pattern),
    )
  }
  if (scope !== undefined) matching.whereLike('p.name', `${escaped(scope)}/%`)
}

function holdsPeople(matching: Knex.QueryBuilder, { author, maintainer }: SearchQuery): void {
  if (author !== undefined) {
    // npm takes both forms of an author: a text "Name <mail> (url)", and an object.
    matching.whereRaw(
      `(${shownPublisher('v.')} = ? or v.package_json -> 'author' ->> 'name' ilike ? or v.package_json ->> 'author' ilike ?)`,
      [author, escaped(author), `${escaped(author)}%`],
    )
  }
  if (maintainer !== undefined) {
    matching.whereRaw(
      `(p.owner = ?
        or exists (select from package_maintainers m where m.name = p.name and m.publisher = ?)
        or exists (select from publisher_scopes s where s.publisher = ? and s.scope = split_part(p.name, '/', 1)))`,
      [maintainer, maintainer, maintainer],
    )
  }
}

function holdsKeywords(matching: Knex.QueryBuilder, { keywords }: SearchQuery): void {
  // A package.json may have one keyword as a text; that matches as a list of one does.
  const any = `coalesce(jsonb_exists_any(v.package_json -> 'keywords', ?::text[]), false)`
  for (const group of keywords.groups) matching.whereRaw(any, [[...group]])
  if (keywords.none.length > 0) matching.whereRaw(`not ${any}`, [[...keywords.none]])
}

function holdsStates(matching: Knex.QueryBuilder, { unstable, deprecated }: SearchQuery): void {
  const isUnstable = `(v.version like '0.%' or v.version like '%-%')`
  if (unstable !== undefined) matching.whereRaw(unstable ? isUnstable : `not ${isUnstable}`)
  if (deprecated !== undefined) {
    matching.whereRaw(deprecated ? `v.state = 'deprecated'` : `v.state <> 'deprecated'`)
  }
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
