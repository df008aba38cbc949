import pg from 'pg'
import type { Usage } from './quota.ts'

/** Half of what a connection of the host may be silent for. */
const EXACT_TIMEOUT_MS = 5000
/** Of the pages, where counting every row took too long: then there are so many that one in a hundred tells. */
const SAMPLED_SHARE = 100
/** A row's head and its place in the page (PostgreSQL manual, §66.6), which its columns do not count. */
const ROW_OVERHEAD_BYTES = 28

export interface Measured extends Usage {
  readonly isSampled: boolean
}

/** What all tables of a plugin hold of one tenant, as one statement with the tenant as `$1`. */
export interface UsageSql {
  readonly exact: string
  readonly sampled: string
}

interface TableColumns {
  readonly schema: string
  readonly table: string
  readonly columns: readonly string[]
}

/** Tables of the host among the plugin's, such as its outbox, are not the tenant's use. */
const tablesSql = `
SELECT plugins.schema_name AS schema, c.relname AS table, array_agg(a.attname::text) AS columns
  FROM signalbox.plugins
  JOIN pg_namespace n ON n.nspname = plugins.schema_name
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE plugins.plugin = $1 AND NOT starts_with(c.relname, 'signalbox_')
 GROUP BY 1, 2 ORDER BY 2`

/** @returns undefined where the plugin has no tables */
export async function usageSql(pool: pg.Pool, plugin: string): Promise<UsageSql | undefined> {
  const { rows } = await pool.query<TableColumns>(tablesSql, [plugin])
  if (rows.length === 0) return undefined
  return {
    exact: sumOf(rows, ''),
    sampled: sumOf(rows, ` TABLESAMPLE SYSTEM (${100 / SAMPLED_SHARE})`),
  }
}

/**
 * Rows are found by the index on the tenant that every table has (see admin-tables-schema.ts). The size of a
 * long value is read from its pointer: none is fetched.
 */
function sumOf(tables: readonly TableColumns[], sample: string): string {
  const parts = tables.map(({ schema, table, columns }) => {
    const sizes = columns.map((name) => `coalesce(pg_column_size(${pg.escapeIdentifier(name)}), 0)`)
    return `SELECT count(*) AS rows, sum(${[ROW_OVERHEAD_BYTES, ...sizes].join(' + ')}) AS bytes
      FROM ${schema}.${pg.escapeIdentifier(table)}${sample} WHERE tenant = $1`
  })
  return `SELECT coalesce(sum(rows), 0)::float8 AS rows, coalesce(sum(bytes), 0)::float8 AS bytes
    FROM (${parts.join(' UNION ALL ')}) AS tables`
}

/**
 * @param isLarge counting every row took too long the last time
 * @returns what is committed now; sampled where counting every row takes more than five seconds
 */
export async function measureUsage(
  pool: pg.Pool,
  { exact, sampled }: UsageSql,
  tenant: string,
  isLarge: boolean,
): Promise<Measured> {
  if (!isLarge) {
    try {
      return { ...(await readUsage(pool, exact, tenant)), isSampled: false }
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === '57014')) throw error
    }
  }
  const { rows, bytes } = await readUsage(pool, sampled, tenant)
  return { rows: rows * SAMPLED_SHARE, bytes: bytes * SAMPLED_SHARE, isSampled: true }
}

async function readUsage(pool: pg.Pool, sql: string, tenant: string): Promise<Usage> {
  const client = await pool.connect()
  let isBroken = false
  try {
    await client.query(`SET statement_timeout = ${EXACT_TIMEOUT_MS}`)
    const { rows } = await client.query<Usage>(sql, [tenant])
    return rows[0] ?? { rows: 0, bytes: 0 }
  } catch (error) {
    isBroken = !(error instanceof pg.DatabaseError)
    throw error
  } finally {
    client.release(isBroken)
  }
}
