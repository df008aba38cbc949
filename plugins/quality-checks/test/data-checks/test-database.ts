import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'

const root = new URL('../../../../', import.meta.url)
const migrations = new URL('../../migrations/', import.meta.url)

const [INT8, FLOAT8, INT8_ARRAY, TIMESTAMPTZ] = [20, 701, 1016, 1184]

/** Values as the host gives them to a plugin: safe whole numbers as numbers, instants as ISO 8601. */
const types = new pg.TypeOverrides()
types.setTypeParser(INT8, (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text))
types.setTypeParser(FLOAT8, Number)
types.setTypeParser(INT8_ARRAY, (text) =>
  text === '{}' ? [] : text.slice(1, -1).split(',').map(Number),
)
types.setTypeParser(TIMESTAMPTZ, (text) => new Date(text).toISOString())

export interface TestDatabase {
  query(sql: string, parameters?: readonly unknown[]): Promise<pg.QueryResult>
  transaction(
    statements: readonly { sql: string; parameters?: readonly unknown[]; rows?: number }[],
  ): Promise<pg.QueryResult[]>
  close(): Promise<void>
}

/** The tables of the given migrations of the plugin, in a schema of their own on the PostgreSQL of the tests. */
export async function openTestDatabase(steps: readonly string[]): Promise<TestDatabase> {
  const client = new pg.Client({ connectionString: await serverUrl(), types })
  await client.connect()
  const schema = `test_quality_${process.pid}`
  await client.query(
    `drop schema if exists ${schema} cascade; create schema ${schema}; set search_path = ${schema}`,
  )
  for (const step of steps)
    await client.query(await readFile(new URL(`${step}.expand.sql`, migrations), 'utf8'))
  const query: TestDatabase['query'] = (sql, parameters = []) => client.query(sql, [...parameters])
  return {
    query,
    transaction: async (statements) => {
      await client.query('begin')
      try {
        const results: pg.QueryResult[] = []
        for (const { sql, parameters, rows } of statements) {
          const result = await query(sql, parameters)
          if (rows !== undefined && result.rowCount !== rows)
            throw Object.assign(new Error(`met ${result.rowCount} rows`), {
              code: 'CORE_SQL_ROWS_UNEXPECTED',
            })
          results.push(result)
        }
        await client.query('commit')
        return results
      } catch (error) {
        await client.query('rollback')
        throw error
      }
    },
    close: async () => {
      await client.query(`drop schema ${schema} cascade`)
      await client.end()
    },
  }
}

/** Of the server that the tests of this repository share; started where this file runs alone. */
async function serverUrl(): Promise<string> {
  const start = fileURLToPath(new URL('core/test/support/start-postgres.ts', root))
  await promisify(execFile)(process.execPath, [start])
  return JSON.parse(await readFile(new URL('.tap/postgres.json', root), 'utf8')).url
}
