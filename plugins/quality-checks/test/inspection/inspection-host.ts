import { fileURLToPath } from 'node:url'
import type { Context, Plugin } from '@signalbox/sdk'
import { createTestHost, type TestHost } from '@signalbox/sdk/testing'
import pg from 'pg'
import root from 'tap'
import plugin from '../../src/index.ts'
import { sharedHost } from '../shared-host.ts'
import { type OwnDatabase, ownDatabase } from '../tenant-database.ts'

const folder = new URL('../../', import.meta.url)

export interface InspectionHost {
  readonly host: TestHost
  readonly pool: pg.Pool
  /** An operation of the service. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  call(operation: string, input: unknown, principal?: unknown): Promise<any>
  /** The id of an inspection of a lot, of the newest at first. */
  inspectionOf(lot: string): Promise<string>
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was told
  told(type: string): any[]
  /** What the plugin tells itself, it hears. @param from the place among all that was published */
  heard(type: string, from?: number): Promise<void>
  /** Forgets everything. */
  clear(): Promise<void>
}

type Options = Omit<Parameters<typeof createTestHost>[0], 'folder' | 'plugin'>

let tables: Promise<OwnDatabase> | undefined
const hosts = new Map<string, () => Promise<TestHost>>()

/**
 * The plugin on a host of tests, with its tables on a PostgreSQL. The host of tests runs the statements of a transaction
 * one by one; here they are one, with the events that go with it, as on a real host: races are what is tried. Tests of a
 * file share database and host, and each begins with nothing.
 */
export async function inspectionHost(options: Options = {}): Promise<InspectionHost> {
  tables ??= ownDatabase(root, 4)
  const own = await tables
  const { pool, empty } = own
  const key = JSON.stringify(options)
  const known = hosts.get(key) ?? sharedHost(() => newHost(own, options), empty)
  hosts.set(key, known)
  const host = await known()
  const clear = async () => void (await known())
  const call: InspectionHost['call'] = (operation, input, principal) =>
    host.call(
      'quality.inspection',
      operation,
      input,
      principal === undefined ? undefined : { principal: principal as Context['principal'] },
    )
  const ofType = (type: string, from = 0) =>
    host.published.slice(from).filter((event) => event.type === type)
  return {
    ...{ host, pool, clear, call },
    inspectionOf: async (lot) => (await call('lotStatus', { lot })).inspections[0].inspection,
    told: (type) => ofType(type).map(({ data }) => data),
    async heard(type, from) {
      for (const { data } of ofType(type, from)) await host.emit(type, data)
    },
  }
}

function newHost(own: OwnDatabase, options: Options): Promise<TestHost> {
  return createTestHost({
    ...options,
    folder: fileURLToPath(folder),
    plugin: withTables(plugin as unknown as Plugin, own),
  })
}

type AnyHandler = (input: unknown, ctx: Context) => unknown

function withTables(original: Plugin, own: OwnDatabase): Plugin {
  const wrapped = (handler: AnyHandler) => (input: unknown, ctx: Context) =>
    handler(input, Object.create(ctx, { db: { value: database(own, ctx) } }))
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
    jobs: all(original.jobs ?? {}),
    webhooks: all(original.webhooks ?? {}),
  } as Plugin
}

function database(tables: OwnDatabase, ctx: Context): Context['db'] {
  const run: Context['db']['transaction'] = async (statements, { events = [] } = {}) => {
    try {
      const results = await tables.transaction(statements, async () => {
        for (const { type, data, key, id } of events)
          await ctx.events.publish(type, data, { key, id } as object)
      })
      return results.map(({ rows, rowCount }) => ({ rows, rowCount: rowCount ?? 0 })) as never
    } catch (error) {
      throw told(error)
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
