import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestHost, type TestAnswers, type TestHost } from '@signalbox/sdk/testing'
import type { Test } from 'tap'
import plugin from '../../src/index.ts'

/** The plugin itself needs no driver: its tests use the one of the host that they run beside. */
const root = new URL('../../../../', import.meta.url)
const { Client } = createRequire(new URL('core/package.json', root))('pg')

const folder = new URL('../../', import.meta.url)
const TENANT = 'acme'

type Statement = (
  sql: string,
  parameters: readonly unknown[],
) => Promise<{ rows: object[]; rowCount: number }>

export interface VisibilityHost {
  readonly host: TestHost
  /** Throws before the statement that it is asked about, as a kill between two transactions does. */
  killBefore: ((sql: string) => boolean) | undefined
  readonly query: Statement
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly call: <Output = Record<string, any>>(
    operation: string,
    input?: unknown,
    user?: string,
  ) => Promise<Output>
  readonly empty: () => Promise<void>
  readonly another: (wish?: {
    now?: number
    answers?: TestAnswers
    config?: unknown
    grants?: 'asked' | readonly string[]
  }) => Promise<VisibilityHost>
}

/** A host of tests whose statements go to a real PostgreSQL, into a schema of this test alone. */
export async function visibilityHost(t: Test, wish: Wish = {}): Promise<VisibilityHost> {
  const client = new Client({ connectionString: await serverUrl() })
  await client.connect()
  const schema = `visibility_${randomBytes(6).toString('hex')}`
  await client.query(`create schema ${schema}`)
  await client.query(`set search_path to ${schema}`)
  await client.query(`set time zone 'UTC'`)
  for (const file of (await readdir(new URL('migrations/', folder))).sort()) {
    if (!file.endsWith('.expand.sql')) continue
    await client.query(await readFile(new URL(`migrations/${file}`, folder), 'utf8'))
  }
  t.teardown(async () => {
    await client.query(`drop schema ${schema} cascade`)
    await client.end()
  })
  return on(client, wish)
}

interface Wish {
  readonly now?: number
  readonly answers?: TestAnswers
  readonly config?: unknown
  readonly grants?: 'asked' | readonly string[]
}

async function on(client: typeof Client, wish: Wish): Promise<VisibilityHost> {
  const query: Statement = async (sql, parameters) => {
    const { rows, rowCount } = await client.query(sql, parameters)
    return { rows, rowCount: rowCount ?? 0 }
  }
  const { now = Date.UTC(2026, 10, 27, 2), answers = {}, config = {}, grants = 'asked' } = wish
  const planning: { killBefore: VisibilityHost['killBefore'] } = { killBefore: undefined }
  const host = await createTestHost({
    ...{ folder, plugin, now, config, grants, tenant: TENANT },
    answers: {
      ...answers,
      database: (sql, parameters) => {
        if (planning.killBefore?.(sql)) throw new Error('killed')
        return query(sql, parameters)
      },
    },
  })
  return Object.assign(planning, {
    host,
    query,
    call: <Output>(operation: string, input: unknown = {}, user = 'planner') =>
      host.call<Output>('orders.visibility', operation, input, {
        principal: { kind: 'user', id: user },
      }),
    empty: async () => {
      const { rows } = await query(
        'select tablename from pg_tables where schemaname = current_schema()',
        [],
      )
      const names = rows.map((row) => Reflect.get(row, 'tablename'))
      await query(`truncate ${names.join(', ')}`, [])
    },
    another: (other: Wish = {}) => on(client, { ...wish, ...other }),
  })
}

/** The server that tap starts before its files; one file alone starts it itself. */
async function serverUrl(): Promise<string> {
  const state = fileURLToPath(new URL('.tap/postgres.json', root))
  const known = await readFile(state, 'utf8').catch(() => undefined)
  if (known !== undefined && (await isThere(JSON.parse(known).url))) return JSON.parse(known).url
  const program = fileURLToPath(new URL('core/test/support/start-postgres.ts', root))
  await promisify(execFile)(process.execPath, [program])
  return JSON.parse(await readFile(state, 'utf8')).url
}

async function isThere(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}
