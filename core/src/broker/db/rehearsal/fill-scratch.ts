import pg from 'pg'
import type { PluginSchema } from '../plugin-roles.ts'
import { drawSample, readForeignKeys, type SampleLimits } from './sample.ts'

/** For one statement: the largest reads some hundred rows by their places. */
const STATEMENT_TIMEOUT_MS = 8000
/** A lock on a table of the plugin is not waited for longer: its calls come first. */
const LOCK_TIMEOUT_MS = 2000
/** Rows that are in the host's memory at once. */
const CHUNK_ROWS = 200

interface Column {
  readonly name: string
  readonly type: string
}

/** Columns that can be written, with their types as they are called in the scratch schema. */
const columnsSql = `
SELECT c.relname::text AS table,
       json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
                ORDER BY a.attnum) AS columns
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'
 GROUP BY 1 ORDER BY 1`

/**
 * Copies a foreign-key-closed sample of a plugin's rows into a scratch schema that has at most its columns. Foreign
 * keys are taken away while rows go in and put back after, which checks each of them and needs no order. Rows
 * pass through the host as texts and are written as the scratch schema's owner: expressions of the plugin are
 * never run as the host.
 * @returns how many rows of each table
 */
export async function fillScratch(
  client: pg.PoolClient,
  source: PluginSchema,
  scratch: PluginSchema,
  limits: SampleLimits,
): Promise<Readonly<Record<string, number>>> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ;
    SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS};
    SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS};
    SET LOCAL search_path = ${scratch.schema}`)
  try {
    const counts = await fill(client, source, scratch, limits)
    await client.query('COMMIT')
    return counts
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function fill(
  client: pg.PoolClient,
  source: PluginSchema,
  scratch: PluginSchema,
  limits: SampleLimits,
): Promise<Readonly<Record<string, number>>> {
  const { rows: tables } = await client.query<{ table: string; columns: Column[] }>(columnsSql, [
    scratch.schema,
  ])
  const keys = await readForeignKeys(client, scratch.schema)
  const names = tables.map(({ table }) => table)
  const sample = await drawSample(client, source.schema, names, keys, limits)
  const definitions = await takeKeysAway(client, scratch)
  const counts: Record<string, number> = {}
  for (const { table, columns } of tables) {
    const places = [...(sample.get(table) ?? [])]
    for (let at = 0; at < places.length; at += CHUNK_ROWS) {
      const chunk = places.slice(at, at + CHUNK_ROWS)
      await copyRows(client, source, scratch, { table, columns, places: chunk })
    }
    counts[table] = places.length
  }
  await asOwner(client, scratch, definitions.join(';'))
  await copySequences(client, source, scratch)
  return counts
}

/** @returns the statements that put them back */
async function takeKeysAway(
  client: pg.PoolClient,
  scratch: PluginSchema,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ away: string; back: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away,
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                   pg_get_constraintdef(oid)) AS back
       FROM pg_constraint WHERE contype = 'f' AND connamespace = $1::regnamespace ORDER BY conname`,
    [scratch.schema],
  )
  await asOwner(client, scratch, rows.map(({ away }) => away).join(';'))
  return rows.map(({ back }) => back)
}

interface Chunk {
  readonly table: string
  readonly columns: readonly Column[]
  readonly places: readonly string[]
}

async function copyRows(
  client: pg.PoolClient,
  source: PluginSchema,
  scratch: PluginSchema,
  { table, columns, places }: Chunk,
): Promise<void> {
  const name = pg.escapeIdentifier(table)
  const own = columns.map((column) => pg.escapeIdentifier(column.name))
  const { rows } = await client.query<(string | null)[]>({
    rowMode: 'array',
    text: `SELECT ${own.map((column) => `${column}::text`).join(', ')}
             FROM ${source.schema}.${name} WHERE ctid = ANY ($1::tid[])`,
    values: [places],
  })
  const lists = columns.map((_column, index) => `$${index + 1}::text[]`)
  const values = columns.map(({ type }, index) => `v${index}::${type}`)
  const aliases = columns.map((_column, index) => `v${index}`)
  await asOwner(
    client,
    scratch,
    `INSERT INTO ${scratch.schema}.${name} (${own.join(', ')}) OVERRIDING SYSTEM VALUE
       SELECT ${values.join(', ')} FROM unnest(${lists.join(', ')}) AS r (${aliases.join(', ')})`,
    columns.map((_column, index) => rows.map((row) => row[index])),
  )
}

/** A number that a sequence gave to a row of the sample must not be given again. */
async function copySequences(
  client: pg.PoolClient,
  source: PluginSchema,
  scratch: PluginSchema,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'S'`,
    [scratch.schema],
  )
  for (const { name } of rows) {
    const [to, from] = [scratch, source].map(
      ({ schema }) => `${schema}.${pg.escapeIdentifier(name)}`,
    )
    await client.query(`SELECT setval($1::regclass, last_value, is_called) FROM ${from}`, [to])
  }
}

async function asOwner(
  client: pg.PoolClient,
  { ownerRole }: PluginSchema,
  sql: string,
  values?: readonly unknown[],
): Promise<void> {
  if (sql === '') return
  await client.query(`SET LOCAL ROLE ${ownerRole}`)
  await (values === undefined ? client.query(sql) : client.query(sql, [...values]))
  await client.query('RESET ROLE')
}
