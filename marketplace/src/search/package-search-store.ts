import type { Knex } from 'knex'
import semver from 'semver'
import { affects } from '../advisories/advisory.ts'
import { rangesOf } from '../advisories/advisory-store.ts'
import type { Listing } from './listing.ts'
import { gramsOf, guessesFor, isWorthGuessing } from './misspelt.ts'
import { folded, type SearchTerm, termsOf } from './search-words.ts'
import { textQuery } from './text-query.ts'

/** The SQL of the marketplace's own search; npm's, with its qualifiers, is in search-store.ts and goes by the same standing. */

export interface PackageWish {
  /** Words in Chinese or English; every one is to be somewhere. '' is all packages. */
  readonly q: string
  readonly category?: string | undefined
  readonly tier?: string | undefined
  readonly publisher?: string | undefined
  readonly license?: string | undefined
  readonly capability?: string | undefined
  readonly keyword?: string | undefined
  /** A version of the host that the package is to run on. */
  readonly host?: string | undefined
  readonly limit: number
  /** From the answer before. */
  readonly cursor?: string | undefined
  /** For npm, which counts instead; not together with a cursor. */
  readonly offset?: number
  /** How many there are of each kind; costs a look at all that was found. */
  readonly withFacets?: boolean
}

export interface FoundPackage extends Omit<Listing, 'hostRange' | 'words'> {
  readonly isDeprecated: boolean
  /** How many are in force that speak of this version. */
  readonly advisories: number
  /** What it was ranked by: 0 to 1, and 1 more for the very name that was asked for. */
  readonly score: number
}

export interface Facet {
  readonly value: string
  readonly count: number
}

export type FacetName = 'category' | 'tier' | 'publisher' | 'license' | 'capability'

export interface FoundPackages {
  readonly items: readonly FoundPackage[]
  readonly total: number
  readonly next?: string
  readonly facets?: Readonly<Record<FacetName, readonly Facet[]>>
}

/** Where a page ended: its score in millionths, and the name. */
export const searchCursorPattern = '^[0-9]{1,7}~[@a-z0-9][a-z0-9._/-]{0,213}$'

/**
 * What a package is ranked by, of 1: how it stands (standing.ts), in which place of it the words are, and how long ago
 * its last release was, falling to a third within a year. Whose very name is asked for comes first.
 */
const weights = { standing: 0.5, relevance: 0.4, age: 0.1 } as const

const DAY_MS = 86_400_000
const YEAR_S = 31_536_000

export async function findPackages(
  knex: Knex,
  wish: PackageWish,
  now: number,
): Promise<FoundPackages> {
  const terms = termsOf(wish.q)
  // Signs alone are a question that nothing answers.
  if (terms.length === 0 && wish.q.trim() !== '') return nothing(wish)
  const matched = await matchedRows(knex, wish, terms, now)
  const page = pageOf(wish)
  const { rows } = await knex.raw<{ rows: [{ found: Found }] }>(
    `with matched as materialized (${matched.sql})
     select json_build_object(
       'total', (select count(*) from matched),
       'page', (select coalesce(json_agg(p), '[]') from (
          select name, score from matched ${page.sql} order by score desc, name limit ${page.limit}) p)
       ${wish.withFacets === true ? facetSql : ''}) as found`,
    [...matched.bindings, ...page.bindings] as Knex.RawBinding[],
  )
  const { found } = rows[0]
  const hits = found.page.slice(0, wish.limit)
  const items = await readHits(knex, hits)
  const last = hits.at(-1)
  return {
    items,
    total: found.total,
    ...(found.page.length > wish.limit && last !== undefined
      ? { next: `${last.score}~${last.name}` }
      : {}),
    ...(found.facets === undefined ? {} : { facets: facetsOf(found.facets) }),
  }
}

interface Hit {
  readonly name: string
  /** In millionths. */
  readonly score: number
}

interface Found {
  readonly total: number
  readonly page: readonly Hit[]
  readonly facets?: readonly (Facet & { readonly kind: FacetName })[]
}

interface Sql {
  readonly sql: string
  readonly bindings: readonly unknown[]
}

async function matchedRows(
  knex: Knex,
  wish: PackageWish,
  terms: readonly SearchTerm[],
  now: number,
): Promise<Sql> {
  const conditions: string[] = ['l.version is not null']
  const bindings: unknown[] = []
  const relevance = await relevanceSql(knex, terms)
  if (relevance !== undefined) {
    conditions.push('l.words @@ (?)::tsquery')
    bindings.push(relevance.query)
  }
  const equal = (column: string, value: string | undefined, form = `l.${column} = ?`) => {
    if (value === undefined) return
    conditions.push(form)
    bindings.push(value)
  }
  equal('category', wish.category)
  equal('tier', wish.tier)
  equal('publisher', wish.publisher)
  equal('license', wish.license)
  equal('capability', wish.capability, '? = any(l.capabilities)')
  equal('keyword', wish.keyword, '? = any(l.keywords)')
  if (wish.host !== undefined) {
    conditions.push('l.host_range = any(?)')
    bindings.push(await fittingRanges(knex, wish.host))
  }
  const today = new Date(now - (now % DAY_MS))
  // Nobody's where none is asked for: what has no scope would otherwise have the empty name behind it, and stand first.
  const name = folded(wish.q.trim()) || null
  // In floats throughout: exp() of a numeric takes ten times as long as all the rest of a row.
  const sql = `
    select l.name, ${wish.withFacets === true ? 'l.category, l.tier, l.publisher, l.license, l.capabilities,' : ''}
           round(1000000 * (${weights.standing} * l.standing
             + ${weights.relevance} * (${relevance?.sql ?? '1::float8'})
             + ${weights.age} * exp(-greatest(0, date_part('epoch', ?::timestamptz - l.released_at)) / ${YEAR_S})
             + case when l.name = ? or split_part(l.name, '/', 2) = ? then 1 else 0 end))::int as score
      from package_listings l where ${conditions.join(' and ')}`
  return { sql, bindings: [...(relevance?.bindings ?? []), today, name, name, ...bindings] }
}

/** 1 where the names have every word, 0.6 where they are among what it is about, else 0.3. */
async function relevanceSql(
  knex: Knex,
  terms: readonly SearchTerm[],
): Promise<(Sql & { readonly query: string }) | undefined> {
  if (terms.length === 0) return undefined
  const query = textQuery(terms, await guessesOf(knex, terms))
  return {
    sql: 'case when l.names @@ (?)::tsquery then 1::float8 when l.topics @@ (?)::tsquery then 0.6 else 0.3 end',
    bindings: [query, query],
    query,
  }
}

/** More candidates than have the letters of one word in common in a store of some size. */
const MAX_CANDIDATES = 2000

/** For words that no listing begins with, those that were meant. */
async function guessesOf(
  knex: Knex,
  terms: readonly SearchTerm[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const words = terms.flatMap((term) =>
    term.kind === 'word' && isWorthGuessing(term.text) ? [term.text] : [],
  )
  const guesses = new Map<string, readonly string[]>()
  if (words.length === 0) return guesses
  const { rows } = await knex.raw<{ rows: { word: string }[] }>(
    `select t.word from unnest(?::text[]) as t (word)
      where not exists (select from listing_words w where w.word >= t.word collate "C"
                          and w.word < (t.word || chr(1114111)) collate "C")`,
    [words] as unknown as Knex.RawBinding[],
  )
  for (const { word } of rows) {
    const grams = gramsOf(word)
    const known: string[] = await knex('listing_words')
      .whereRaw('grams && ?', [grams as string[]])
      .limit(MAX_CANDIDATES)
      .pluck('word')
    guesses.set(word, guessesFor(word, known))
  }
  return guesses
}

/** Ranges are few and written by authors; which of them a host fits in, SQL cannot say. */
async function fittingRanges(knex: Knex, host: string): Promise<string[]> {
  const ranges: string[] = await knex('package_listings')
    .whereNotNull('host_range')
    .distinct()
    .limit(5000)
    .pluck('host_range')
  return ranges.filter((range) => semver.satisfies(host, range, { includePrerelease: true }))
}

function pageOf({ cursor, offset = 0, limit }: PackageWish): Sql & { readonly limit: string } {
  const part = `${limit + 1} offset ${cursor === undefined ? offset : 0}`
  if (cursor === undefined) return { sql: '', bindings: [], limit: part }
  const at = cursor.indexOf('~')
  const [score, name] = [Number(cursor.slice(0, at)), cursor.slice(at + 1)]
  return {
    sql: 'where score < ? or (score = ? and name > ?)',
    bindings: [score, score, name],
    limit: part,
  }
}

/** Values of one kind; beyond them a list is no help any more. */
const MAX_VALUES = 50

/** All in one pass; a row each of them, the fullest first. Many packages ask for the same: their lists are unnested once. */
const facetSql = `, 'facets', (
  select coalesce(json_agg(f order by f.count desc, f.value), '[]') from (
    select *, row_number() over (partition by kind order by count desc, value) as place from (
      select case when grouping(category) = 0 then 'category' when grouping(tier) = 0 then 'tier'
                  when grouping(publisher) = 0 then 'publisher' else 'license' end as kind,
             coalesce(category, tier, publisher, license) as value, count(*) as count
        from matched group by grouping sets ((category), (tier), (publisher), (license))
      union all
      select 'capability', capability, sum(packages)::bigint
        from (select capabilities, count(*) as packages from matched group by capabilities) alike,
             unnest(capabilities) as c (capability) group by 2
    ) counted where value is not null
  ) f where f.place <= ${MAX_VALUES})`

function facetsOf(
  found: readonly (Facet & { readonly kind: FacetName })[],
): Record<FacetName, readonly Facet[]> {
  const of = (wanted: FacetName) =>
    found.flatMap(({ kind, value, count }) => (kind === wanted ? [{ value, count }] : []))
  return {
    category: of('category'),
    tier: of('tier'),
    publisher: of('publisher'),
    license: of('license'),
    capability: of('capability'),
  }
}

/** As they are now: what was withdrawn since its listing was made is not shown. */
async function readHits(knex: Knex, hits: readonly Hit[]): Promise<FoundPackage[]> {
  const names = hits.map(({ name }) => name)
  const rows = await readListings(knex, names)
  const byName = new Map(rows.map((row) => [row.name, row]))
  return hits.flatMap(({ name, score }) => {
    const row = byName.get(name)
    if (row === undefined) return []
    const { state, weak, ...shown } = row
    const isWeak = (vulnerableVersions: string) => affects({ vulnerableVersions }, [row.version])
    return [
      {
        ...shown,
        isDeprecated: state === 'deprecated',
        advisories: weak.filter(isWeak).length,
        score: score / 1e6,
      },
    ]
  })
}

type ListedRow = Omit<FoundPackage, 'score' | 'isDeprecated' | 'advisories'> & {
  readonly state: string
  /** Ranges of versions that advisories speak of. */
  readonly weak: readonly string[]
}

async function readListings(knex: Knex, names: readonly string[]): Promise<ListedRow[]> {
  return knex('package_listings as l')
    .join('package_versions as v', { 'v.name': 'l.name', 'v.version': 'l.version' })
    .whereRaw('l.name = any(?)', [[...names]])
    .whereIn('v.state', ['published', 'deprecated'])
    .select('l.name', 'l.version', 'l.summary', 'l.keywords', 'l.category', 'l.tier')
    .select('l.publisher', 'l.license', 'l.capabilities', 'v.state')
    .select({ displayName: 'l.display_name', releasedAt: 'l.released_at' })
    .select({ weak: knex.raw(rangesOf('l.name')) })
}

function nothing({ withFacets }: PackageWish): FoundPackages {
  const facets = { category: [], tier: [], publisher: [], license: [], capability: [] }
  return { items: [], total: 0, ...(withFacets === true ? { facets } : {}) }
}
