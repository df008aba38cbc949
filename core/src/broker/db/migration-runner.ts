import type { InputFault } from '@signalbox/sdk/errors'
import pg from 'pg'
import { coreErrors } from '../../errors.ts'
import { patiently } from '../../storage/answer-deadline.ts'
import { checksumOf, type MigrationStep, missingSteps, readLedger } from './ledger.ts'
import { MigratorSession } from './migrator-session.ts'
import type { PluginRoles, PluginSchema } from './plugin-roles.ts'
import { reasonOf, tellsValues } from './refused-rows.ts'
import type { SqlJudge } from './sql-judge.ts'
import type { Turns } from './turns.ts'

export interface MigrationPorts {
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
  return replaySteps(ports, plugin, version, ordered)
}

/**
 * Runs texts that were judged when they first ran, in the order given; those that the ledger holds are left out.
 * @returns the names of those that ran
 */
export function replaySteps(
  ports: MigrationPorts,
  plugin: string,
  version: string,
  steps: readonly MigrationStep[],
): Promise<readonly string[]> {
  return inTurn(ports, plugin, async (lock, schema) => {
    const pending = missingSteps(await readLedger(lock, plugin), { plugin, version }, steps)
    await runAsMigrator(ports, schema, plugin, version, pending, runStep)
    return pending.map((step) => step.name)
  })
}

/** Runs the down texts, the last step's first. Only ever in a scratch schema: going back runs no migration. */
export function undoSteps(
  ports: MigrationPorts,
  scratch: string,
  version: string,
  steps: readonly MigrationStep[],
): Promise<void> {
  return inTurn(ports, scratch, (_lock, schema) =>
    runAsMigrator(ports, schema, scratch, version, [...steps].reverse(), undoStep),
  )
}

/** One run at a time per plugin, on all nodes. */
export function inTurn<Result>(
  ports: MigrationPorts,
  plugin: string,
  work: (lock: pg.PoolClient, schema: PluginSchema) => Promise<Result>,
): Promise<Result> {
  return ports.turns.take(() => lockedRun(ports, plugin, work))
}

async function lockedRun<Result>(
  ports: MigrationPorts,
  plugin: string,
  work: (lock: pg.PoolClient, schema: PluginSchema) => Promise<Result>,
): Promise<Result> {
  const schema = await ports.roles.installSchema(plugin)
  const lock = await ports.pool.connect()
  try {
    await lock.query('BEGIN')
    // Another node's run of this plugin may take its whole deadline.
    await patiently(lock, () =>
      lock.query('SELECT FROM signalbox.plugins WHERE plugin = $1 FOR NO KEY UPDATE', [plugin]),
    )
    return await work(lock, schema)
  } finally {
    await lock.query('ROLLBACK').then(
      () => lock.release(),
      () => lock.release(true),
    )
  }
}

/** Before a text runs for the first time, wherever that is. @throws CORE_PLUGIN_MIGRATION_REFUSED */
export async function refuseForbidden(
  judge: SqlJudge,
  plugin: string,
  version: string,
  steps: readonly MigrationStep[],
): Promise<void> {
  const faults: InputFault[] = []
  for (const { name, expandSql, downSql, backfillSql, contractSql } of steps) {
    const files = [
      { file: `${name}.expand.sql`, sql: expandSql, purpose: 'expand' },
      { file: `${name}.expand.down.sql`, sql: downSql, purpose: 'down' },
      { file: `${name}.backfill.sql`, sql: backfillSql, purpose: 'backfill' },
      { file: `${name}.contract.sql`, sql: contractSql, purpose: 'contract' },
    ] as const
    for (const { file, sql, purpose } of files) {
      if (sql === undefined) continue
      for (const { line, detail } of await judge.migration(sql, purpose, plugin)) {
        faults.push({ pointer: `/migrations/${file}`, detail: `line ${line}: ${detail}` })
      }
    }
  }
  if (faults.length > 0) {
    throw coreErrors.create('PLUGIN_MIGRATION_REFUSED', { plugin, version }, { faults })
  }
}

export async function runAsMigrator(
  ports: MigrationPorts,
  schema: PluginSchema,
  plugin: string,
  version: string,
  steps: readonly MigrationStep[],
  runOne: (run: Run, step: MigrationStep) => Promise<void>,
): Promise<void> {
  if (steps.length === 0) return
  const { roles } = ports
  // Left by a host that was killed; its session, if it still lives, ends here too.
  await roles.dropMigrators(plugin)
  const roleName = await roles.createMigrator(plugin, schema.ownerRole)
  try {
    const config = ports.connect(roleName, roles.passwordOf(roleName))
    const session = await MigratorSession.open(config, ports.cancel, ports.deadlineMs)
    try {
      const run = { session, schema, plugin, version, deadlineMs: ports.deadlineMs }
      for (const step of steps) await runOne(run, step)
    } finally {
      await session.close()
    }
  } finally {
    await roles.dropMigrators(plugin)
  }
}

export interface Run {
  readonly session: MigratorSession
  readonly schema: PluginSchema
  readonly plugin: string
  readonly version: string
  readonly deadlineMs: number
}

export function runStep(run: Run, step: MigrationStep): Promise<void> {
  const { name, expandSql, downSql } = step
  // A contract is replayed under the name of its own entry.
  const file = name.includes('.') ? `${name}.sql` : `${name}.expand.sql`
  const text = { step: name, file, sql: expandSql }
  return runText(run, text, ({ session, version }) =>
    session.client.query('SELECT signalbox.record_step($1, $2, $3, $4, $5)', [
      name,
      version,
      checksumOf(step),
      expandSql,
      downSql,
    ]),
  )
}

function undoStep(run: Run, { name, downSql }: MigrationStep): Promise<void> {
  return runText(run, { step: name, file: `${name}.expand.down.sql`, sql: downSql })
}

/** One text of a plugin and what the host adds to it, in one transaction. */
export async function runText(
  run: Run,
  { step, file, sql }: { readonly step: string; readonly file: string; readonly sql: string },
  seal: (run: Run, changed: number) => Promise<unknown> = async () => undefined,
): Promise<void> {
  const { session, schema } = run
  const { client } = session
  if (session.isLate) throw failed(run, step, lateness(run))
  await client.query('BEGIN')
  await client.query(`
    SET LOCAL ROLE ${schema.ownerRole};
    SET LOCAL search_path = ${schema.schema};
    SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`)
  let isCommitting = false
  try {
    const { rowCount } = await client.query(sql)
    isCommitting = true
    await client.query('RESET ROLE')
    await seal(run, rowCount ?? 0)
    await client.query('COMMIT')
  } catch (cause) {
    const refusal = cause instanceof pg.DatabaseError && !cause.code?.startsWith('57P')
    // A connection that was ended for being late had committed nothing, unless it was just about to.
    if (session.isLate && (refusal || !isCommitting)) throw failed(run, step, lateness(run), cause)
    if (!refusal) throw cause
    const at = isCommitting ? step : `${file} line ${lineOf(sql, cause.position)}`
    throw failed(run, at, { reason: reasonOf(cause), sqlState: cause.code }, cause)
  }
}

interface Failure {
  readonly reason: string
  readonly sqlState: string | undefined
}

/** A cause that repeats tenants' values would carry them into the log. */
function failed({ plugin, version }: Run, step: string, failure: Failure, cause?: unknown) {
  return coreErrors.create(
    'PLUGIN_MIGRATION_FAILED',
    { plugin, version, step, ...failure },
    tellsValues(cause) ? {} : { cause },
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
