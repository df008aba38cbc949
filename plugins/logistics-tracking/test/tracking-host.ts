import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestHost, type TestAnswers, type TestHost } from '@signalbox/sdk/testing'
import type { Test } from 'tap'
import plugin from '../src/index.ts'

/** The plugin itself needs no driver: its tests use the one of the host that they run beside. */
const root = new URL('../../../', import.meta.url)
const { Client } = createRequire(new URL('core/package.json', root))('pg')

const folder = new URL('../', import.meta.url)
const TENANT = 'acme'
export const NOW = Date.UTC(2026, 2, 10, 4)

type Statement = (sql: string, parameters?: readonly unknown[]) => Promise<{ rows: object[] }>

export interface TrackingHost {
  readonly host: TestHost
  readonly query: Statement
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly call: (operation: string, input?: unknown, kind?: 'user' | 'app') => Promise<any>
  /** Without rows, and nothing told yet. */
  readonly empty: () => Promise<void>
  readonly another: (wish: Wish) => Promise<TrackingHost>
}

interface Wish {
  readonly config?: unknown
  readonly answers?: TestAnswers
}

/** A host of tests whose statements go to a real PostgreSQL, into a schema of this test alone. */
export async function trackingHost(t: Test): Promise<TrackingHost> {
  const client = new Client({ connectionString: await serverUrl() })
  await client.connect()
  const schema = `tracking_${randomBytes(6).toString('hex')}`
  await client.query(`create schema ${schema}`)
  await client.query(`set search_path to ${schema}`)
  for (const file of (await readdir(new URL('migrations/', folder))).sort()) {
    if (!file.endsWith('.expand.sql')) continue
    await client.query(await readFile(new URL(`migrations/${file}`, folder), 'utf8'))
  }
  t.teardown(async () => {
    await client.query(`drop schema ${schema} cascade`)
    await client.end()
  })
  return on(client, {})
}

async function on(client: typeof Client, { config = {}, answers = {} }: Wish) {
  const query: Statement = async (sql, parameters = []) => {
    const { rows, rowCount } = await client.query(sql, [...parameters])
    return { rows, rowCount: rowCount ?? 0 }
  }
  const database = query as NonNullable<TestAnswers['database']>
  const host = await createTestHost({
    ...{ folder, plugin, now: NOW, config, tenant: TENANT },
    answers: { ...answers, database },
  })
  const tracking: TrackingHost = {
    ...{ host, query },
    call: (operation, input = {}, kind = 'user') =>
      host.call('logistics.shipments', operation, input, { principal: { kind, id: 'mei' } }),
    empty: async () => {
      const { rows } = await query(
        'select tablename from pg_tables where schemaname = current_schema()',
      )
      const names = rows.map((row) => Reflect.get(row, 'tablename'))
      await query(`truncate ${names.join(', ')}`)
      ;(host.published as unknown[]).length = 0
    },
    another: (wish) => on(client, wish),
  }
  return tracking
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
