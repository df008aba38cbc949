import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestAnswers } from '@signalbox/sdk/testing'
import pg from 'pg'
import type { Test } from 'tap'

/** Where the run of tests wrote which PostgreSQL it started. */
const server = new URL('../../.tap/postgres.json', import.meta.url)

type Database = NonNullable<TestAnswers['database']>

const int8 = (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : text)

/** Values as a host gives them; what else is left as text is what a host leaves so. */
const types = {
  getTypeParser(oid: number) {
    if (oid === 1184)
      return (text: string) => new Date(text.replace(/([+-]\d\d)$/, '$1:00')).toISOString()
    if (oid === 20) return int8
    if (oid === 1016)
      return (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(int8))
    return pg.types.getTypeParser(oid)
  },
} as unknown as pg.CustomTypesConfig

interface Statement {
  readonly sql: string
  readonly parameters?: readonly unknown[]
  readonly rows?: number
}

export interface OwnDatabase {
  readonly pool: pg.Pool
  query(sql: string, parameters?: readonly unknown[]): Promise<pg.QueryResult>
  /** All of it or nothing, as on a host. @param last what goes with it, before it is committed */
  transaction(
    statements: readonly Statement[],
    last?: () => Promise<void>,
  ): Promise<readonly pg.QueryResult[]>
  /** Forgets everything: a host takes half a second to make, so runs and tests share one and begin without rows. */
  readonly empty: () => Promise<void>
}

/**
 * A plugin's tables on a PostgreSQL, of one test file and gone with it.
 * @param folder of the plugin. @param max connections at once
 */
export async function ownDatabase(t: Test, folder: URL, max: number): Promise<OwnDatabase> {
  const { url } = JSON.parse(await readFile(server, 'utf8')) as { url: string }
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create database ${name} template template0 strategy file_copy`)
  const own = new URL(url)
  own.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: own.href, types, max })
  t.teardown(async () => {
    await pool.end()
    // A backend ends a moment after its connection: told so by force, it would fail the test.
    const backends = 'select from pg_stat_activity where datname = $1'
    for (let tries = 0; tries < 200; tries++) {
      if ((await admin.query(backends, [name])).rowCount === 0) break
      await delay(10)
    }
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  })
  for (const sql of await expandSteps(folder)) await pool.query(sql)
  const { rows } = await pool.query<{ tables: string }>(
    `select string_agg(quote_ident(tablename), ', ') as tables from pg_tables where schemaname = 'public'`,
  )
  const empty = async () => {
    await pool.query(`truncate ${rows[0]?.tables} cascade`)
  }
  return {
    ...{ pool, empty },
    query: (sql, parameters = []) => pool.query(sql, [...parameters]),
    transaction: (statements, last) => inTransaction(pool, statements, last),
  }
}

async function inTransaction(
  pool: pg.Pool,
  statements: readonly Statement[],
  last?: () => Promise<void>,
): Promise<readonly pg.QueryResult[]> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const results: pg.QueryResult[] = []
    for (const { sql, parameters = [], rows } of statements) {
      const result = await client.query(sql, [...parameters])
      if (rows !== undefined && result.rowCount !== rows) {
        throw Object.assign(new Error(`expected ${rows} rows, met ${result.rowCount}`), {
          code: 'CORE_SQL_ROWS_UNEXPECTED',
        })
      }
      results.push(result)
    }
    await last?.()
    await client.query('commit')
    return results
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/**
 * Statements commit one by one: a transaction whose first statement is refused changes nothing, as on a host; the plugin's
 * are written so.
 */
export async function tenantDatabase(
  t: Test,
  folder: URL,
): Promise<Database & { readonly client: pg.Pool; readonly empty: () => Promise<void> }> {
  const { pool, empty } = await ownDatabase(t, folder, 1)
  const database: Database = async (sql, parameters) => {
    const { rows, rowCount } = await pool.query(sql, [...parameters])
    return { rows, rowCount: rowCount ?? 0 }
  }
  return Object.assign(database, { client: pool, empty })
}

/** Texts of all steps, in their order. */
async function expandSteps(folder: URL): Promise<readonly string[]> {
  const names = await readdir(new URL('migrations/', folder))
  const wanted = names.filter((one) => one.endsWith('.expand.sql')).sort()
  return Promise.all(wanted.map((one) => readFile(new URL(`migrations/${one}`, folder), 'utf8')))
}
