import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Context, Plugin } from '@signalbox/sdk'
import { createTestHost, type TestHost } from '@signalbox/sdk/testing'
import pg from 'pg'
import type { Test } from 'tap'
import plugin from '../../src/index.ts'

const folder = new URL('../../', import.meta.url)
/** Where the run of tests wrote which PostgreSQL it started. */
const server = new URL('../../../../.tap/postgres.json', import.meta.url)

/** Values as a host gives them. */
const types = {
  getTypeParser(oid: number) {
    if (oid === 1184) {
      return (text: string) => new Date(text.replace(/([+-]\d\d)$/, '$1:00')).toISOString()
    }
    if (oid === 20) return Number
    return pg.types.getTypeParser(oid)
  },
} as unknown as pg.CustomTypesConfig

export interface InspectionHost {
  readonly host: TestHost
  readonly pool: pg.Pool
  /** An operation of the service. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  call(operation: string, input: unknown, principal?: unknown): Promise<any>
  /** Forgets everything. */
  clear(): Promise<void>
}

type Options = Omit<Parameters<typeof createTestHost>[0], 'folder' | 'plugin' | 'answers'>

/**
 * The plugin on a host of tests, with its tables on a PostgreSQL. The host of tests runs the statements of a transaction
 * one by one; here they are one, with the events that go with it, as on a real host: races are what is tried.
 */
export async function inspectionHost(t: Test, options: Options = {}): Promise<InspectionHost> {
  const pool = await tables(t)
  const host = await createTestHost({
    ...options,
    folder: fileURLToPath(folder),
    plugin: withTables(plugin as unknown as Plugin, pool),
  })
  return {
    host,
    pool,
    call: (operation, input, principal) =>
      host.call(
        'quality.inspection',
        operation,
        input,
        principal === undefined ? undefined : { principal: principal as Context['principal'] },
      ),
    async clear() {
      await pool.query(`truncate ${owned.join(', ')}`)
    },
  }
}

const owned = [
  'inspection_plans',
  'measurements',
  'inspection_decisions',
  'inspection_serials',
  'inspections',
  'lots',
  'switching_states',
  'skip_lot_states',
  'gauge_calibrations',
  'gauges',
  'supplier_scores',
]

async function tables(t: Test): Promise<pg.Pool> {
  const { url } = JSON.parse(await readFile(server, 'utf8')) as { url: string }
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create database ${name} template template0 strategy file_copy`)
  const own = new URL(url)
  own.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: own.href, types, max: 4 })
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
  for (const file of (await readdir(new URL('migrations/', folder))).sort()) {
    if (!/^000[124].*\.expand\.sql$/.test(file)) continue
    await pool.query(await readFile(new URL(`migrations/${file}`, folder), 'utf8'))
  }
  return pool
}

type AnyHandler = (input: unknown, ctx: Context) => unknown

function withTables(original: Plugin, pool: pg.Pool): Plugin {
  const wrapped = (handler: AnyHandler) => (input: unknown, ctx: Context) =>
    handler(input, Object.create(ctx, { db: { value: database(pool, ctx) } }))
  const all = (handlers: object) =>
    Object.fromEntries(
      Object.entries(handlers).map(([name, handler]) => [name, wrapped(handler as AnyHandler)]),
    )
  const services = Object.entries(original.services ?? {}).map(([id, operations]) => [
    id,
    all(operations),
  ])
  return {
    ...original,
    services: Object.fromEntries(services),
    on: all(original.on ?? {}),
  } as Plugin
}

function database(pool: pg.Pool, ctx: Context): Context['db'] {
  const run: Context['db']['transaction'] = async (statements, { events = [] } = {}) => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const results = []
      for (const { sql, parameters = [], rows } of statements) {
        const result = await client.query(sql, [...parameters])
        if (rows !== undefined && result.rowCount !== rows) {
          throw Object.assign(new Error(`expected ${rows} rows, met ${result.rowCount}`), {
            code: 'CORE_SQL_ROWS_UNEXPECTED',
          })
        }
        results.push({ rows: result.rows, rowCount: result.rowCount ?? 0 })
      }
      for (const { type, data, key, id } of events)
        await ctx.events.publish(type, data, { key, id } as object)
      await client.query('commit')
      return results as never
    } catch (error) {
      await client.query('rollback')
      throw told(error)
    } finally {
      client.release()
    }
  }
  return {
    transaction: run,
    query: async (sql: string, parameters: readonly unknown[] = []) => {
      const [result] = await run([{ sql, parameters } as never])
      return result as never
    },
    batch: () => Promise.reject(new Error('not used')),
    inspect: () => Promise.reject(new Error('not used')),
  }
}

/** In the words of a host. */
function told(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  const code = error.code === '40P01' ? 'CORE_SQL_CONFLICT' : 'CORE_SQL_FAILED'
  return Object.assign(new Error(`${error.message} (${error.code})`), { code })
}
