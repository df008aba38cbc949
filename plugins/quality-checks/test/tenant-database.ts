import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { TestAnswers } from '@signalbox/sdk/testing'
import pg from 'pg'
import type { Test } from 'tap'

const folder = new URL('../', import.meta.url)
/** Where the run of tests wrote which PostgreSQL it started. */
const server = new URL('../../../.tap/postgres.json', import.meta.url)

type Database = NonNullable<TestAnswers['database']>

/** Instants as a host gives them; what else is left as text is what a host leaves so. */
const types = {
  getTypeParser(oid: number) {
    if (oid === 1184)
      return (text: string) => new Date(text.replace(/([+-]\d\d)$/, '$1:00')).toISOString()
    if (oid === 20) return (text: string) => Number(text)
    return pg.types.getTypeParser(oid)
  },
} as unknown as pg.CustomTypesConfig

/**
 * The plugin's tables on a PostgreSQL, of one test file and gone with it. Statements commit one by one: a transaction whose
 * first statement is refused changes nothing, as on a host; the plugin's are written so.
 */
export async function tenantDatabase(
  t: Test,
): Promise<Database & { readonly client: pg.Client; readonly empty: () => Promise<void> }> {
  const { url } = JSON.parse(await readFile(server, 'utf8')) as { url: string }
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create database ${name} template template0 strategy file_copy`)
  const own = new URL(url)
  own.pathname = `/${name}`
  const client = new pg.Client({ connectionString: own.href, types })
  await client.connect()
  t.teardown(async () => {
    await client.end()
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  })
  for (const sql of await expandSteps()) await client.query(sql)
  const database: Database = async (sql, parameters) => {
    const { rows, rowCount } = await client.query(sql, [...parameters])
    return { rows, rowCount: rowCount ?? 0 }
  }
  const { rows } = await client.query<{ tables: string }>(
    `select string_agg(quote_ident(tablename), ', ') as tables from pg_tables where schemaname = 'public'`,
  )
  /** A host takes half a second to make: runs of a property share one, and begin without rows. */
  const empty = async () => {
    await client.query(`truncate ${rows[0]?.tables} cascade`)
  }
  return Object.assign(database, { client, empty })
}

/** Texts of all steps, in their order. */
async function expandSteps(): Promise<readonly string[]> {
  const names = await readdir(new URL('migrations/', folder))
  const wanted = names.filter((one) => one.endsWith('.expand.sql')).sort()
  return Promise.all(wanted.map((one) => readFile(new URL(`migrations/${one}`, folder), 'utf8')))
}
