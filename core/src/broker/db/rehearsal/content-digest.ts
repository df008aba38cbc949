import pg from 'pg'
import type { ShapePart } from './schema-shape.ts'

/** What a table holds: how many rows, and a digest of each column's values and of the rows as a whole. */
export interface TableContent {
  readonly table: string
  readonly rows: number
  /** SHA-256 over the sorted hashes, so that the order of rows does not matter. */
  readonly columns: Readonly<Record<string, string>>
  /** Of whole rows, over the columns asked for: a value that moved to another row is seen. */
  readonly whole: string
}

/** The columns that are looked at together, by table. */
export type KnownColumns = ReadonlyMap<string, readonly string[]>

export function columnsOf(shape: readonly ShapePart[]): KnownColumns {
  const columns = new Map<string, string[]>()
  for (const { kind, place } of shape) {
    if (kind === 'table') columns.set(place, [])
  }
  for (const { kind, place } of shape) {
    if (kind !== 'column') continue
    // A name may hold a dot: the table is the longest that fits.
    const table = [...columns.keys()]
      .filter((name) => place.startsWith(`${name}.`))
      .sort((a, b) => b.length - a.length)[0]
    if (table !== undefined) columns.get(table)?.push(place.slice(table.length + 1))
  }
  return columns
}

/**
 * @param columns of the schema as it is now
 * @param together of these the digest of whole rows is made; those that are gone are left out
 */
export async function readContent(
  client: pg.ClientBase,
  schema: string,
  columns: KnownColumns,
  together: KnownColumns,
): Promise<readonly TableContent[]> {
  const contents: TableContent[] = []
  for (const [table, names] of columns) {
    const shared = (together.get(table) ?? names).filter((name) => names.includes(name)).sort()
    const digests = [...names.map((name) => hashOf(name)), hashOf(...shared)]
    const { rows } = await client.query<{ rows: number; digests: string[] }>(
      `SELECT count(*)::int AS rows, ARRAY[${digests.join(', ')}]::text[] AS digests
         FROM ${schema}.${pg.escapeIdentifier(table)}`,
    )
    const found = rows[0] ?? { rows: 0, digests: [] }
    contents.push({
      table,
      rows: found.rows,
      columns: Object.fromEntries(names.map((name, index) => [name, found.digests[index] ?? ''])),
      whole: found.digests[names.length] ?? '',
    })
  }
  return contents
}

/** A column without values and a table without rows have a digest too. */
function hashOf(...names: readonly string[]): string {
  const row = `convert_to(ROW(${names.map((name) => pg.escapeIdentifier(name)).join(', ')})::text, 'UTF8')`
  return `encode(sha256(coalesce(string_agg(sha256(${row}), ''::bytea ORDER BY sha256(${row})), ''::bytea)), 'hex')`
}
