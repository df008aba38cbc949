import { execFile } from 'node:child_process'
import { chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { coreErrors } from '../errors.ts'
import { connectionBudget } from './connection-budget.ts'
import type { PostgresAccount } from './postgres-account.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'

/** The files of one PostgreSQL server on disk. */
export interface PostgresCluster {
  readonly folder: string
  readonly data: string
  readonly log: string
  readonly port: number
}

export const SUPERUSER = 'signalbox'

/** What PostgreSQL's programs see of our environment: nothing that could change what they do. */
export const postgresEnvironment = Object.freeze({ PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' })

export interface ClusterOptions {
  readonly folder: string
  readonly binaries: PostgresBinaries
  readonly account: PostgresAccount | undefined
  readonly password: string
  /** That it takes at once; absent: what one node and its operator need. */
  readonly connections?: number | undefined
}

/**
 * Makes the cluster unless it exists, and writes the server's settings anew, so that a newer host's
 * settings hold for an older cluster. A crash in between leaves a draft that the next start replaces.
 */
export async function prepareCluster(options: ClusterOptions): Promise<PostgresCluster> {
  const { folder } = options
  const data = join(folder, 'data')
  if (!(await stat(join(data, 'PG_VERSION')).catch(() => undefined))) await create(options, data)
  const port = await keptOrFreePort(join(folder, 'port'))
  await writeFile(
    join(data, 'postgresql.conf'),
    settings(port, options.connections ?? connectionBudget.server),
  )
  await writeFile(join(data, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n')
  return { folder, data, port, log: join(folder, 'server.log') }
}

async function create(options: ClusterOptions, data: string): Promise<void> {
  const { folder, account } = options
  const draft = join(folder, 'data.draft')
  const passwordFile = join(folder, 'password.draft')
  await rm(draft, { recursive: true, force: true })
  await writeFile(passwordFile, options.password, { mode: 0o600 })
  if (account) await chown(passwordFile, account.uid, account.gid)
  const flags = ['--username', SUPERUSER, '--pwfile', passwordFile, '--auth', 'scram-sha-256']
  const locale = ['--encoding', 'UTF8', '--locale', 'C']
  try {
    await promisify(execFile)(options.binaries.initdb, ['--pgdata', draft, ...flags, ...locale], {
      ...account,
      cwd: folder,
      env: postgresEnvironment,
    })
    await rename(draft, data)
  } catch (cause) {
    const reason = String((cause as { stderr?: string }).stderr ?? cause).trim()
    throw coreErrors.create('POSTGRES_START_FAILED', { folder, reason }, { cause })
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/**
 * The socket lies in the cluster itself, where no login is allowed by it: it tells another container whether
 * the server lives. `wal_level` and the slots' bound: change streams can come later without a new cluster, and a reader
 * that went away never fills the disk. `log` leaves ordinary errors out of the log: a plugin's wrong SQL
 * must not fill the disk either. `temp_file_limit` bounds what one query may spill.
 */
function settings(port: number, connections: number): string {
  return `# Written by Signalbox at every start; changes here are lost.
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '.'
max_connections = ${connections}
password_encryption = 'scram-sha-256'
wal_level = logical
max_slot_wal_keep_size = '512MB'
max_wal_size = '512MB'
shared_buffers = '128MB'
temp_file_limit = '1GB'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'
log_min_messages = log
log_min_error_statement = panic
log_line_prefix = '%m [%p] '
`
}

/** Below 32768: Linux gives ports from there to outgoing connections, which would take ours while we are down. */
const PORTS = { first: 20000, count: 12000 }

async function keptOrFreePort(file: string): Promise<number> {
  const kept = Number((await readFile(file, 'utf8').catch(() => '')).trim())
  if (kept && (await isFree(kept))) return kept
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count)
    if (!(await isFree(port))) continue
    await writeFile(file, `${port}\n`)
    return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  })
}
