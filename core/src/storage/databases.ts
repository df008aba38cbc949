import pg from 'pg'
import { coreErrors } from '../errors.ts'
import { isDatabaseUnavailable } from './database-unavailable.ts'

/** The two databases of one server: the host's state, and the plugins' tables that must never reach it. */
export interface DatabaseUrls {
  readonly hostUrl: string
  readonly pluginUrl: string
}

export interface DatabaseSettings {
  /** Names the host's database; its role needs CREATEDB and CREATEROLE, not more. */
  readonly databaseUrl: string
  /** When left out, `<database>_plugins` on the same server. */
  readonly pluginDatabaseUrl?: string | null
}

/** 16 brought grants that say whether a member may become the role; the plugins' isolation is built on it. */
const MIN_SERVER_VERSION = 160000

/** Any number, as long as every host takes the same. */
const CLOSING_LOCK = 4402

/**
 * Makes the databases that are missing. Safe when several hosts start at once.
 * @throws CORE_DATABASE_UNAVAILABLE, CORE_DATABASE_URL_INVALID, CORE_DATABASE_ROLE_WEAK, CORE_DATABASE_TOO_OLD.
 */
export async function prepareDatabases(settings: DatabaseSettings): Promise<DatabaseUrls> {
  const hostUrl = settings.databaseUrl
  const host = databaseOf('DATABASE_URL', hostUrl)
  const pluginUrl = settings.pluginDatabaseUrl ?? withDatabase(hostUrl, `${host}_plugins`)
  const plugins = databaseOf('PLUGIN_DATABASE_URL', pluginUrl)
  await ensureDatabase(hostUrl, host)
  await ensureDatabase(pluginUrl, plugins)
  if (await isSameDatabase(hostUrl, pluginUrl)) {
    throw coreErrors.create('DATABASE_URL_INVALID', { variable: 'PLUGIN_DATABASE_URL' })
  }
  await assertCapable(pluginUrl)
  await closeToStrangers(hostUrl, host)
  return Object.freeze({ hostUrl, pluginUrl })
}

/** The same server and role, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}

/** @throws CORE_DATABASE_URL_INVALID */
function databaseOf(variable: string, url: string): string {
  const name = URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.slice(1)) : ''
  if (!name) throw coreErrors.create('DATABASE_URL_INVALID', { variable })
  return name
}

/**
 * Asked of the servers: one database has many URLs (localhost and 127.0.0.1, a port given or left out, a
 * pooler in front). Where a server does not tell who it is, databases of one name count as one.
 */
async function isSameDatabase(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([identityOf(one), identityOf(other)])
  if (a.database !== b.database) return false
  return a.server === undefined || b.server === undefined || a.server === b.server
}

interface Identity {
  readonly database: string
  /** Given to a cluster when it is made. */
  readonly server: string | undefined
}

async function identityOf(url: string): Promise<Identity> {
  return withClient(url, async (client) => {
    const { rows } = await client.query('SELECT current_database() AS database')
    const known = await client
      .query('SELECT system_identifier::text AS server FROM pg_control_system()')
      .catch((error: unknown) => {
        // 42501: an administrator, or our own hardening, took the function away.
        if (sqlStateOf(error) !== '42501') throw error
        return undefined
      })
    return { database: rows[0].database, server: known?.rows[0]?.server }
  })
}

async function ensureDatabase(url: string, database: string): Promise<void> {
  try {
    await withClient(url, () => Promise.resolve())
    return
  } catch (error) {
    // 3D000: the database does not exist. Anything else is not cured by making one.
    if (sqlStateOf(error) !== '3D000') throw error
  }
  // `postgres` is the maintenance database that every server is born with.
  await withClient(withDatabase(url, 'postgres'), async (client) => {
    try {
      const name = client.escapeIdentifier(database)
      // template0 holds no objects of an administrator, and lets the encoding be chosen.
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`)
    } catch (error) {
      const state = sqlStateOf(error)
      if (state === '42501') throw roleIsWeak(url, 'databases', error)
      // 42P04, or 23505 in a race: another host made it between our look and our try.
      if (state !== '42P04' && state !== '23505') throw error
    }
  })
}

async function assertCapable(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ version: number; can_create: boolean }>(
      `SELECT current_setting('server_version_num')::int AS version,
              rolcreaterole OR rolsuper AS can_create
         FROM pg_roles WHERE rolname = current_user`,
    )
    const [server] = rows
    if (!server?.can_create) throw roleIsWeak(url, 'roles')
    if (server.version < MIN_SERVER_VERSION) {
      const version = Math.floor(server.version / 10000)
      throw coreErrors.create('DATABASE_TOO_OLD', { version })
    }
  })
}

/** A plugin's role is no member of anything here, and PUBLIC may not even connect. */
async function closeToStrangers(url: string, database: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('BEGIN')
    // Two hosts that change one catalogue row at once would both fail with "tuple concurrently updated".
    await client.query('SELECT pg_advisory_xact_lock($1)', [CLOSING_LOCK])
    // Without ownership PostgreSQL warns and changes nothing; then the owner decides who connects.
    await client.query(`REVOKE ALL ON DATABASE ${client.escapeIdentifier(database)} FROM PUBLIC`)
    await client.query('COMMIT')
  })
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  // A connection that breaks later says so in `work`; without a listener it would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } catch (cause) {
    if (isDatabaseUnavailable(cause)) throw coreErrors.create('DATABASE_UNAVAILABLE', {}, { cause })
    throw cause
  } finally {
    await client.end().catch(() => undefined)
  }
}

function sqlStateOf(error: unknown): string | undefined {
  return (error as { code?: string } | null)?.code
}

function roleIsWeak(url: string, missing: string, cause?: unknown) {
  const role = decodeURIComponent(new URL(url).username)
  return coreErrors.create('DATABASE_ROLE_WEAK', { role, missing }, { cause })
}
