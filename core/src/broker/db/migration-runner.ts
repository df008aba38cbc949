import { createHash } from 'node:crypto'
import type { InputFault } from '@signalbox/sdk/errors'
import pg from 'pg'
import { coreErrors } from '../../errors.ts'
import { patiently } from '../../storage/answer-deadline.ts'
import { MigratorSession } from './migrator-session.ts'
import type { PluginRoles, PluginSchema } from './plugin-roles.ts'
import type { SqlJudge } from './sql-judge.ts'
import type { Turns } from './turns.ts'

export interface MigrationStep {
  /** `0001-models`: what stands before `.expand.sql` in the file's name. Steps run in the order of names. */
  readonly name: string
  readonly expandSql: string
  readonly downSql: string
}

interface MigrationPorts {
  readonly pool: pg.Pool
  readonly roles: PluginRoles
  readonly judge: SqlJudge
  readonly cancel: pg.Pool
  readonly turns: Turns
  /** For all steps of a run together; those that were done by then stay done. */
  readonly deadlineMs: number
  readonly connect: (roleName: string, password: string) => pg.ClientConfig
}

/** A step waits this long for the plugin's running calls to let go of a table, then fails and may be tried again. */
const LOCK_TIMEOUT_MS = 5000

/**
 * Runs the steps of a plugin's version that its ledger does not hold; returns their names.
 *
 * One run at a time per plugin: a row lock that ends with its connection. Each step and its ledger row are
 * one transaction of a login role that is made for this run, has a deadline, may only become the plugin's owner and is
 * dropped at the end, or by the next run when this host was killed.
 * @throws CORE_PLUGIN_MIGRATION_REFUSED, CORE_PLUGIN_MIGRATION_CHANGED, CORE_PLUGIN_MIGRATION_FAILED.
 */
export async function runMigrations(
  ports: MigrationPorts,
  plugin: string,
  version: string,
  steps: readonly MigrationStep[],
): Promise<readonly string[]> {
  const ordered = [...steps].sort((a, b) => (a.name < b.name ? -1 : 1))
  await refuseForbidden(ports.judge, plugin, version, ordered)
  return ports.turns.take(() => runInTurn(ports, plugin, version, ordered))
}

async function runInTurn(
  ports: MigrationPorts,
  plugin: string,
  version: string,
  ordered: readonly MigrationStep[],
): Promise<readonly string[]> {
  const schema = await ports.roles.installSchema(plugin)
  const lock = await ports.pool.connect()
  try {
    await lock.query('BEGIN')
    // Another node's run of this plugin may take its whole deadline.
    await patiently(lock, () =>
      lock.query('SELECT FROM signalbox.plugins WHERE plugin = $1 FOR NO KEY UPDATE', [plugin]),
    )
    const pending = await pendingSteps(lock, plugin, version, ordered)
    if (pending.length > 0) await runAsMigrator(ports, schema, plugin, version, pending)
    return pending.map((step) => step.name)
  } finally {
    await lock.query('ROLLBACK').then(
      () => lock.release(),
      () => lock.release(true),
    )
  }
}

async function refuseForbidden(
  judge: SqlJudge,
  plugin: string,
  version: string,
  steps: readonly MigrationStep[],
): Promise<void> {
  const faults: InputFault[] = []
  for (const { name, expandSql, downSql } of steps) {
    const files = [
      { file: `${name}.expand.sql`, sql: expandSql, purpose: 'expand' },
      { file: `${name}.expand.down.sql`, sql: downSql, purpose: 'down' },
    ] as const
    for (const { file, sql, purpose } of files) {
      for (const { line, detail } of await judge.migration(sql, purpose, plugin)) {
        faults.push({ pointer: `/migrations/${file}`, detail: `line ${line}: ${detail}` })
      }
    }
  }
  if (faults.length > 0) {
    throw coreErrors.create('PLUGIN_MIGRATION_REFUSED', { plugin, version }, { faults })
  }
}

async function pendingSteps(
  client: pg.PoolClient,
  plugin: string,
  version: string,
  steps: readonly MigrationStep[],
): Promise<readonly MigrationStep[]> {
  const { rows } = await client.query<{ step: string; checksum: string }>(
    'SELECT step, checksum FROM signalbox.plugin_migrations WHERE plugin = $1',
    [plugin],
  )
  const applied = new Map(rows.map((row) => [row.step, row.checksum]))
  for (const step of steps) {
    const known = applied.get(step.name)
    if (known !== undefined && known !== checksumOf(step)) {
      throw coreErrors.create('PLUGIN_MIGRATION_CHANGED', { plugin, version, step: step.name })
    }
  }
  return steps.filter((step) => !applied.has(step.name))
}

async function runAsMigrator(
  ports: MigrationPorts,
  schema: PluginSchema,
  plugin: string,
  version: string,
  steps: readonly MigrationStep[],
): Promise<void> {
  const { roles } = ports
  // Left by a host that was killed; its session, if it still lives, ends here too.
  await roles.dropMigrators(plugin)
  const roleName = await roles.createMigrator(plugin, schema.ownerRole)
  try {
    const config = ports.connect(roleName, roles.passwordOf(roleName))
    const session = await MigratorSession.open(config, ports.cancel, ports.deadlineMs)
    try {
      const run = { session, schema, plugin, version, deadlineMs: ports.deadlineMs }
      for (const step of steps) await runStep(run, step)
    } finally {
      await session.close()
    }
  } finally {
    await roles.dropMigrators(plugin)
  }
}

interface Run {
  readonly session: MigratorSession
  readonly schema: PluginSchema
  readonly plugin: string
  readonly version: string
  readonly deadlineMs: number
}

async function runStep(run: Run, step: MigrationStep): Promise<void> {
  const { name, expandSql, downSql } = step
  const { session, schema, version } = run
  const { client } = session
  if (session.isLate) throw failed(run, name, lateness(run))
  await client.query('BEGIN')
  await client.query(`
    SET LOCAL ROLE ${schema.ownerRole};
    SET LOCAL search_path = ${schema.schema};
    SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`)
  let isCommitting = false
  try {
    await client.query(expandSql)
    isCommitting = true
    await client.query('RESET ROLE')
    await client.query('SELECT signalbox.record_step($1, $2, $3, $4, $5)', [
      name,
      version,
      checksumOf(step),
      expandSql,
      downSql,
    ])
    await client.query('COMMIT')
  } catch (cause) {
    const refusal = cause instanceof pg.DatabaseError && !cause.code?.startsWith('57P')
    // A connection that was ended for being late had committed nothing, unless it was just about to.
    if (session.isLate && (refusal || !isCommitting)) throw failed(run, name, lateness(run), cause)
    if (!refusal) throw cause
    const at = isCommitting ? name : `${name}.expand.sql line ${lineOf(expandSql, cause.position)}`
    throw failed(run, at, { reason: cause.message, sqlState: cause.code }, cause)
  }
}

interface Failure {
  readonly reason: string
  readonly sqlState: string | undefined
}

function failed({ plugin, version }: Run, step: string, failure: Failure, cause?: unknown) {
  return coreErrors.create(
    'PLUGIN_MIGRATION_FAILED',
    { plugin, version, step, ...failure },
    { cause },
  )
}

/** 57014: query_canceled, whichever way it was ended. */
function lateness({ deadlineMs }: Run): Failure {
  return {
    reason: `the steps did not end within ${deadlineMs / 1000} seconds`,
    sqlState: '57014',
  }
}

/** PostgreSQL counts characters from one. Without a position the error speaks of the whole text. */
function lineOf(sql: string, position: string | undefined): number {
  return (
    [...sql].slice(0, Number(position ?? 1) - 1).filter((character) => character === '\n').length +
    1
  )
}

function checksumOf({ expandSql, downSql }: MigrationStep): string {
  return createHash('sha256').update(`${expandSql}\0${downSql}`).digest('hex')
}
