import type pg from 'pg'
import { patiently } from '../../storage/answer-deadline.ts'

/** Rows of one table, in the order of their tenants. */
export interface TableRow {
  readonly tenant: string
  /** One JSON object: columns by name, as `row_to_json` writes them. */
  readonly json: string
}

/** A sort of a large table before its first row; behind it the export's own deadline. */
const STATEMENT_MS = 600_000
const FIRST_ROWS = 16
const MAX_ROWS = 1000
/** Characters of one answer that are worth a round trip, and more than one should have in memory. */
const FEW = 256 * 1024
const MANY = 1024 * 1024

/** The tables of a plugin's schema, without the host's own. */
export async function tablesOf(pool: pg.Pool, schema: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind = 'r' AND NOT starts_with(c.relname, 'signalbox_')
      ORDER BY c.relname COLLATE "C"`,
    [schema],
  )
  return rows.map(({ name }) => name)
}

/** All rows of all tenants, in pieces that fit into memory, by a cursor: as they were when it began. */
export async function* rowsOf(
  pool: pg.Pool,
  schema: string,
  table: string,
): AsyncGenerator<readonly TableRow[]> {
  const client = await pool.connect()
  let isClean = false
  try {
    const place = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(table)}`
    await client.query('BEGIN READ ONLY')
    await client.query(`SET LOCAL statement_timeout = ${STATEMENT_MS}`)
    await client.query(
      `DECLARE exported NO SCROLL CURSOR FOR
        SELECT tenant, row_to_json(exported)::text AS json FROM ${place} AS exported ORDER BY tenant`,
    )
    for (let count = FIRST_ROWS; ; ) {
      const { rows } = await patiently(client, () =>
        client.query<TableRow>(`FETCH ${count} FROM exported`),
      )
      if (rows.length === 0) break
      yield rows
      count = nextCount(
        count,
        rows.reduce((sum, { json }) => sum + json.length, 0),
      )
    }
    await client.query('COMMIT')
    isClean = true
  } finally {
    client.release(!isClean)
  }
}

/** How many rows to ask for after `count` that had so many characters. Pure. */
export function nextCount(count: number, characters: number): number {
  if (characters > MANY) return Math.max(1, Math.floor(count / 4))
  return characters < FEW ? Math.min(MAX_ROWS, count * 2) : count
}
