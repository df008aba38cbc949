import { execFile } from 'node:child_process'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import type { DataFolder } from '../../src/storage/data-folder.ts'

/** One PostgreSQL for all test files of a run; the cluster stays on disk, so only the first run pays for initdb. */
interface TestServer {
  readonly url: string
  readonly pid: number
}

const tapFolder = fileURLToPath(new URL('../../../.tap/', import.meta.url))
const stateFile = join(tapFolder, 'postgres.json')
const START_TIMEOUT_MS = 60_000
/** Where none runs, that is told at once; one that is busy is waited for. */
const CONNECT_MS = 20_000
/** A test has up to six hosts on it at once, and two tests run at a time: a host takes some twenty. */
const CONNECTIONS = 300

/** The running server's URL. Starts it when no `before` of tap did, as when one file runs alone. */
export async function testServer(): Promise<string> {
  const running = await findTestServer()
  if (running) return running.url
  // A process of its own: the server must outlive the test file that happens to be first.
  const program = fileURLToPath(new URL('start-postgres.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [program])
  const started = await findTestServer()
  if (!started) throw new Error('the test server did not start')
  return started.url
}

async function findTestServer(): Promise<TestServer | undefined> {
  const text = await readFile(stateFile, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const server: TestServer = JSON.parse(text)
  const client = new pg.Client({
    connectionString: server.url,
    connectionTimeoutMillis: CONNECT_MS,
  })
  try {
    await client.connect()
    return server
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Starts the server and leaves it running when this process ends. Any number of processes may try at once. */
export async function startTestServer(): Promise<void> {
  const folder = await claim()
  if (!folder) return
  const { EmbeddedPostgres } = await import('../../src/storage/embedded-postgres.ts')
  const password = await folder.readOrCreateSecret('postgres-password')
  const server = await EmbeddedPostgres.start({
    dataFolder: folder.path,
    password,
    log: { info: () => undefined, warn: (fields, message) => console.error(message, fields) },
    systemState: join(tmpdir(), 'signalbox-test'),
    connections: CONNECTIONS,
  })
  await prepareForTests(server.url)
  await writeFile(`${stateFile}.draft`, JSON.stringify({ url: server.url, pid: server.pid }))
  await rename(`${stateFile}.draft`, stateFile)
}

/** Stops the server, unless another run in this checkout is using it. */
export async function stopTestServer(): Promise<void> {
  const server = await findTestServer()
  if (!server || (await isInUse(server))) return
  await rm(stateFile, { force: true })
  process.kill(server.pid, 'SIGINT')
}

async function isInUse(server: TestServer): Promise<boolean> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const { rowCount } = await client.query(
    `SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  )
  await client.end()
  return rowCount !== 0
}

/** The folder, or nothing when another process has started the server meanwhile. */
async function claim(): Promise<DataFolder | undefined> {
  const deadline = performance.now() + START_TIMEOUT_MS
  await mkdir(tapFolder, { recursive: true })
  const { openDataFolder } = await import('../../src/storage/data-folder.ts')
  for (;;) {
    if (await findTestServer()) return undefined
    try {
      return await openDataFolder(join(tapFolder, 'postgres'))
    } catch (error) {
      const isBusy = (error as { code?: string }).code === 'CORE_DATA_FOLDER_IN_USE'
      if (!isBusy || performance.now() > deadline) throw error
    }
    await delay(50)
  }
}

async function prepareForTests(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await preferSpeed(client)
  const started = await client.query('SELECT pg_postmaster_start_time() AS at')
  // One that was already running may be serving another run.
  if (started.rows[0].at.getTime() > performance.timeOrigin) await removeRemains(client)
  await client.end()
}

/** A test's data need not survive a power cut. */
async function preferSpeed(client: pg.Client): Promise<void> {
  await client.query('ALTER SYSTEM SET fsync = off')
  await client.query('ALTER SYSTEM SET full_page_writes = off')
  await client.query('SELECT pg_reload_conf()')
}

/** Databases and roles of tests that were killed before their teardown. */
async function removeRemains(client: pg.Client): Promise<void> {
  const databases = await client.query<{ name: string }>(
    `SELECT quote_ident(datname) AS name FROM pg_database WHERE datname ~ '^(test_|template_.*_draft$)'`,
  )
  for (const { name } of databases.rows) await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
  const roles = await client.query<{ name: string }>(
    `SELECT quote_ident(rolname) AS name FROM pg_roles WHERE rolname ~ '^(sb_|test_)'`,
  )
  for (const { name } of roles.rows) {
    await client.query(`DROP OWNED BY ${name}`)
    await client.query(`DROP ROLE ${name}`)
  }
}
