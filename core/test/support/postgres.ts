import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Test } from 'tap'
import { withDatabase } from '../../src/storage/databases.ts'
import { testServer } from './test-server.ts'

export interface TestDatabases {
  /** The host's database, migrated. */
  readonly hostUrl: string
  /** The plugins' database, empty. */
  readonly pluginUrl: string
  /** The superuser's URL of `postgres`, for what only an administrator does. */
  readonly adminUrl: string
}

const migrations = new URL('../../../migrations/', import.meta.url)
/** Any number, as long as it is the same in every test process. */
const TEMPLATE_LOCK = 4400
/** On a busy machine a backend takes its time to notice that its client has left. */
const ENDED_MS = 15_000

/** Two fresh databases for one test file or test, dropped at its teardown together with the roles made in them. */
export async function testDatabases(t: Test): Promise<TestDatabases> {
  const adminUrl = await testServer()
  const hostUrl = await testDatabase(t, adminUrl, (admin) => ensureTemplate(admin, adminUrl))
  return { hostUrl, pluginUrl: await testDatabase(t, adminUrl), adminUrl }
}

/** Only an empty database, for what needs no schema of the host. */
export async function testEmptyDatabase(t: Test): Promise<Omit<TestDatabases, 'hostUrl'>> {
  const adminUrl = await testServer()
  return { pluginUrl: await testDatabase(t, adminUrl), adminUrl }
}

async function testDatabase(
  t: Test,
  adminUrl: string,
  templateOf: (admin: pg.Client) => Promise<string> = () => Promise.resolve('template0'),
): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(adminUrl, async (admin) => {
    const template = await templateOf(admin)
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`)
  })
  const url = withDatabase(adminUrl, name)
  t.teardown(async () => {
    const roles = await rolesOf(url)
    await asAdmin(adminUrl, async (admin) => {
      await connectionsEnded(admin, name)
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      if (roles.length > 0) await admin.query(`DROP ROLE IF EXISTS ${roles.join(', ')}`)
    })
  })
  return url
}

/** A pool that has ended waits for no backend of its own: told by force that it ends, it would fail the test. */
async function connectionsEnded(admin: pg.Client, name: string): Promise<void> {
  const backends = 'SELECT FROM pg_stat_activity WHERE datname = $1'
  const deadline = performance.now() + ENDED_MS
  for (; performance.now() < deadline; await delay(10)) {
    if ((await admin.query(backends, [name])).rowCount === 0) return
  }
}

/** A migrated database to copy from, named by what the migrations say, so that a change makes another one. */
async function ensureTemplate(admin: pg.Client, adminUrl: string): Promise<string> {
  const template = `template_${await fingerprintOf(migrations)}`
  await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK])
  try {
    const known = await admin.query('SELECT FROM pg_database WHERE datname = $1', [template])
    if (known.rowCount) return template
    const draft = `${template}_draft`
    await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`)
    await admin.query(`CREATE DATABASE ${draft} TEMPLATE template0 STRATEGY file_copy`)
    // Loaded only here: most files find the template made.
    const { createKnex } = await import('../../src/storage/create-knex.ts')
    const { migrateUp } = await import('../../src/storage/migrate.ts')
    const knex = createKnex(withDatabase(adminUrl, draft))
    await migrateUp(knex).finally(() => knex.destroy())
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${template}`)
    return template
  } finally {
    await admin.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK])
  }
}

async function fingerprintOf(folder: URL): Promise<string> {
  const hash = createHash('sha256')
  for (const file of (await readdir(folder)).sort()) {
    hash.update(file).update(await readFile(new URL(file, folder)))
  }
  return hash.digest('hex').slice(0, 16)
}

/** Roles belong to the server, not to a database: what the plugins' database made there must go with it. */
async function rolesOf(url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const known = await client.query(
      "SELECT to_regclass('signalbox.roles') IS NOT NULL AS is_there",
    )
    if (!known.rows[0].is_there) return []
    const { rows } = await client.query<{ role_name: string }>(
      'SELECT role_name FROM signalbox.roles',
    )
    return rows.map((row) => row.role_name)
  } finally {
    await client.end()
  }
}

async function asAdmin(url: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}
