import type { Knex } from 'knex'
import type { Advisory, NewAdvisory } from './advisory.ts'

/** The only place with SQL for advisories. */

interface Row {
  readonly id: number
  readonly package: string
  readonly title: string
  readonly severity: Advisory['severity']
  readonly vulnerable_versions: string
  readonly url: string | null
  readonly cwe: readonly string[]
  readonly cvss_score: string | null
  readonly cvss_vector: string | null
  readonly created_at: Date
}

/** In force, of these packages. */
export async function findForPackages(
  knex: Knex,
  packages: readonly string[],
): Promise<readonly Advisory[]> {
  const rows: Row[] = await knex('advisories')
    .whereRaw('package = any(?)', [[...packages]])
    .whereNull('withdrawn_at')
    .orderBy('id')
  return rows.map(advisoryOf)
}

/** SQL: an array of JSON, the ranges of those in force of the package that a column names; in one query with what is listed. */
export function rangesOf(column: 'l.name'): string {
  return `(select coalesce(json_agg(a.vulnerable_versions), '[]') from advisories a
            where a.package = ${column} and a.withdrawn_at is null)`
}

/** In force, newest first. */
export async function listAdvisories(
  knex: Knex,
  page: { limit: number; cursor?: number },
): Promise<readonly Advisory[]> {
  const query = knex('advisories').whereNull('withdrawn_at').orderBy('id', 'desc').limit(page.limit)
  const rows: Row[] = await (page.cursor === undefined
    ? query
    : query.where('id', '<', page.cursor))
  return rows.map(advisoryOf)
}

/** In force, of what is published here: of what is mirrored, its own marketplace tells. Newest first. */
export async function listOwnAdvisories(knex: Knex, limit: number): Promise<readonly Advisory[]> {
  const rows: Row[] = await knex('advisories')
    .whereNull('withdrawn_at')
    .whereNull('mirrored_from')
    .orderBy('id', 'desc')
    .limit(limit)
  return rows.map(advisoryOf)
}

export async function findAdvisory(knex: Knex, id: number): Promise<Advisory | undefined> {
  const row = await knex('advisories')
    .where({ id })
    .whereNull('withdrawn_at')
    .first<Row | undefined>()
  return row === undefined ? undefined : advisoryOf(row)
}

export async function insertAdvisory(
  trx: Knex.Transaction,
  given: NewAdvisory,
  at: Date,
): Promise<Advisory> {
  const rows: Row[] = await trx('advisories')
    .insert({
      package: given.package,
      title: given.title,
      severity: given.severity,
      vulnerable_versions: given.vulnerableVersions,
      url: given.url ?? null,
      cwe: given.cwe ?? [],
      cvss_score: given.cvss?.score ?? null,
      cvss_vector: given.cvss?.vector ?? null,
      created_at: at,
    })
    .returning('*')
  return advisoryOf(rows[0] as Row)
}

/** @returns the package it was about, or undefined when it is not in force. */
export async function withdrawAdvisory(
  trx: Knex.Transaction,
  id: number,
  at: Date,
): Promise<string | undefined> {
  const [row] = await trx('advisories')
    .where({ id })
    .whereNull('withdrawn_at')
    .update({ withdrawn_at: at })
    .returning<{ package: string }[]>('package')
  return row?.package
}

function advisoryOf(row: Row): Advisory {
  return {
    id: row.id,
    package: row.package,
    title: row.title,
    severity: row.severity,
    vulnerableVersions: row.vulnerable_versions,
    ...(row.url === null ? {} : { url: row.url }),
    cwe: row.cwe,
    ...(row.cvss_score === null || row.cvss_vector === null
      ? {}
      : { cvss: { score: Number(row.cvss_score), vector: row.cvss_vector } }),
    createdAt: row.created_at,
  }
}
