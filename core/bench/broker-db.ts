import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import pg from 'pg'
import { median, percentile, ratio, rounded } from '../../sandbox/bench/figures.ts'
import { Broker } from '../src/broker/broker.ts'
import type { CallScope } from '../src/broker/call-scope.ts'
import { PluginDatabases } from '../src/broker/db/plugin-databases.ts'
import { dbCalls } from '../src/broker/db-calls.ts'
import { emptySnapshot, tenantKey } from '../src/rollout/routing/snapshot.ts'
import { prepareDatabases, withDatabase } from '../src/storage/databases.ts'
import { EmbeddedPostgres } from '../src/storage/embedded-postgres.ts'

export interface DbQuerySettings {
  readonly rounds: number
  readonly seconds: number
  readonly inFlight: number
}

const usual: DbQuerySettings = { rounds: 5, seconds: 2, inFlight: 16 }
const ROWS = 10_000
/** One row by its key, about 200 bytes: what most host calls of a plugin are. */
const sql = 'SELECT id, body FROM notes WHERE tenant = $1 AND id = $2'

const noEvents = () => ({
  inTransaction: async () => ({ statements: [], onCommitted: () => undefined }),
})

type Ask = (id: number) => Promise<unknown>

/**
 * One indexed select through the broker (grant, gate, tenant's role, row policy, JSON both ways)
 * against the same select by plain pg as a superuser, in this one process. Rounds alternate, so that a
 * slow moment of the machine hits all alike; the plain side has as many connections as serve it best.
 */
export async function dbQueryVsPg({
  rounds,
  seconds,
  inFlight,
}: DbQuerySettings = usual): Promise<Record<string, unknown>> {
  const bench = await open(inFlight)
  try {
    const names = ['broker', 'plainFew', 'plainMany'] as const
    const rates = { broker: [] as number[], plainFew: [] as number[], plainMany: [] as number[] }
    const waits = { broker: [] as number[], plainFew: [] as number[], plainMany: [] as number[] }
    for (const name of names) await rateOf(bench[name], inFlight, 0.5)
    for (let round = 0; round < rounds; round++) {
      for (const name of names) {
        rates[name].push(await rateOf(bench[name], inFlight, seconds))
        waits[name].push(...(await waitsOf(bench[name], seconds / 4)))
      }
    }
    const plain = Math.max(median(rates.plainFew), median(rates.plainMany))
    return {
      db_query_vs_pg: ratio(median(rates.broker), plain),
      db_query_per_s: rounded(median(rates.broker)),
      pg_query_per_s: rounded(plain),
      db_query_us_50: rounded(median(waits.broker) * 1000),
      db_query_us_99: rounded(percentile(waits.broker, 0.99) * 1000),
      pg_query_us_50: rounded(median(waits.plainFew) * 1000),
      settings: { rounds, seconds, inFlight, rows: ROWS },
      rates,
    }
  } finally {
    await bench.close()
  }
}

async function open(inFlight: number) {
  const root = await mkdtemp(join(tmpdir(), 'signalbox-broker-db-'))
  await chmod(root, 0o755)
  const log = { info: () => undefined, warn: () => undefined }
  const password = 'a password of the bench'
  const server = await EmbeddedPostgres.start({ dataFolder: root, password, log })
  const databaseUrl = withDatabase(server.url, 'host')
  const { pluginUrl } = await prepareDatabases({ databaseUrl })
  const schemas = await PluginDatabases.start({ url: pluginUrl, clusterSecret: 'bench', log })
  const schema = await fill(schemas, pluginUrl)
  const connect = (max: number) => {
    const pool = new pg.Pool({
      connectionString: pluginUrl,
      max,
      options: `-c search_path=${schema}`,
    })
    // `end` does not wait until the server has heard of it, and the server stops right behind.
    pool.on('error', () => undefined)
    return pool
  }
  const [few, many] = [connect(4), connect(inFlight)]
  const plain =
    (pool: pg.Pool): Ask =>
    (id) =>
      pool.query(sql, ['acme', id])
  return {
    broker: throughBroker(schemas),
    plainFew: plain(few),
    plainMany: plain(many),
    close: async () => {
      await Promise.all([few.end(), many.end(), schemas.stop()])
      await server.stop()
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function fill(schemas: PluginDatabases, pluginUrl: string): Promise<string> {
  const expandSql = `CREATE TABLE notes (
    tenant text NOT NULL, id int NOT NULL, body text NOT NULL, PRIMARY KEY (tenant, id))`
  await schemas.migrate('notes', '1.0.0', [{ name: '0001-notes', expandSql, downSql: '' }])
  await schemas.enableTenant('notes', 'acme')
  await schemas.query({
    plugin: 'notes',
    tenant: 'acme',
    sql: `INSERT INTO notes (id, body) SELECT n, repeat('x', 180) FROM generate_series(1, $1::int) n`,
    parameters: [ROWS],
    deadlineMs: 30_000,
  })
  const admin = new pg.Client({ connectionString: pluginUrl })
  await admin.connect()
  const { rows } = await admin.query('SELECT schema_name AS name FROM signalbox.plugins')
  await admin.query(`VACUUM ANALYZE ${rows[0].name}.notes`)
  await admin.end()
  return rows[0].name
}

function throughBroker(schemas: PluginDatabases): Ask {
  const grant = { id: 'grt_bench', capability: 'db:own', parameters: { quotaMb: 100 } }
  const snapshot = { ...emptySnapshot, grants: new Map([[tenantKey('acme', 'notes'), [grant]]]) }
  const broker = new Broker({
    snapshot: () => snapshot,
    calls: dbCalls(schemas, noEvents, Date.now),
    limiter: new RateLimiter(() => performance.now()),
    effects: { record: () => Promise.resolve() },
    onUse: () => undefined,
  })
  const version = { plugin: 'notes', version: '1.0.0' }
  const { signal } = new AbortController()
  return (id) => {
    const scope = { tenant: 'acme', version, deadline: Date.now() + 5000 } as unknown as CallScope
    const payload = JSON.stringify({ sql, parameters: ['acme', id] })
    return broker.hostCall(scope, 'db.query', payload, signal)
  }
}

/** Questions answered in a second, `inFlight` at a time. */
async function rateOf(ask: Ask, inFlight: number, seconds: number): Promise<number> {
  const began = performance.now()
  const end = began + seconds * 1000
  let answered = 0
  const asker = async (first: number) => {
    for (let id = first; performance.now() < end; id = (id + 7919) % ROWS) {
      await ask(id + 1)
      answered++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, (_, n) => asker(n)))
  return answered / ((performance.now() - began) / 1000)
}

/** Milliseconds of each question, one after the other. */
async function waitsOf(ask: Ask, seconds: number): Promise<number[]> {
  const waits: number[] = []
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const began = performance.now()
    await ask((waits.length % ROWS) + 1)
    waits.push(performance.now() - began)
  }
  return waits
}
