import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '@signalbox/sdk/errors'
import pg from 'pg'
import { coreErrors } from '../../errors.ts'
import {
  GuardedQuery,
  type GuardedQueryOptions,
  type QueryAnswer,
  RowsUnexpectedError,
  TooManyRowsError,
} from './guarded-query.ts'
import type { TenantLogin } from './plugin-roles.ts'
import type { PluginWork, StatementList } from './plugin-statements.ts'
import type { Lease, RolePools } from './role-pools.ts'
import { signalBackend } from './signal-backend.ts'

export interface PluginQueryLimits {
  readonly maxRows: number
  /** Of the answer as PostgreSQL sends it. */
  readonly maxBytes: number
}

/** What the gate let through. */
export interface JudgedStatements extends StatementList {
  readonly writes: boolean
  /** The session is afterwards not as it was before: a default may have moved a sequence. */
  readonly leavesTrace: boolean
  readonly lastCheck?: GuardedQueryOptions['lastCheck']
}

interface QueryPorts {
  readonly pools: RolePools
  readonly cancel: pg.Pool
  readonly limits: PluginQueryLimits
}

/** A cancel arrives within a millisecond; what does not heed it (a long sort comparison, say) is ended. */
const CANCEL_GRACE_MS = 250
/** A commit that was asked for is waited for: it cannot be taken back, and its outcome must not be guessed. */
const COMMIT_GRACE_MS = 5000

class TooManyBytesError extends Error {}

/** A read that was prepared before the tables changed: the same again, without that, answers. */
class PlanOutdatedError extends Error {}

/** Says what the caller then reads as "PostgreSQL does not answer": whether it committed is not known. */
class OutcomeUnknownError extends Error {
  override readonly message = 'connection terminated: a commit was not confirmed'
}

/** Runs statements that the gate let through, as the tenant's own role, in one transaction. */
export async function runStatements(
  ports: QueryPorts,
  login: TenantLogin,
  work: PluginWork,
  list: JudgedStatements,
): Promise<readonly QueryAnswer[]> {
  const wait = new Wait(work)
  const isPlainRead = list.statements.length === 1 && !list.leavesTrace
  try {
    return await attempt(ports, login, work, list, wait, isPlainRead)
  } catch (error) {
    if (!(error instanceof PlanOutdatedError)) throw error
    return await attempt(ports, login, work, list, wait, false)
  } finally {
    wait.end()
  }
}

async function attempt(
  ports: QueryPorts,
  login: TenantLogin,
  work: PluginWork,
  list: JudgedStatements,
  wait: Wait,
  isPrepared: boolean,
): Promise<readonly QueryAnswer[]> {
  const stop = wait.signal
  let lease: Lease | undefined
  let guarded: GuardedQuery | undefined
  try {
    lease = await ports.pools.acquire(login, stop)
    const { statements, writes, lastCheck } = list
    const { isDirty } = lease
    const { maxRows } = ports.limits
    const prepared = isPrepared ? lease.prepared : undefined
    guarded = new GuardedQuery({ statements, writes, maxRows, isDirty, prepared, lastCheck })
    const answers = await execute(ports, lease, guarded, stop)
    if (stop.aborted) lease.destroy()
    else lease.release(list.leavesTrace ? 'dirty' : 'read')
    return answers.slice(0, list.ownCount)
  } catch (error) {
    if (isReusable(error) && !stop.aborted) lease?.release('dirty')
    else lease?.destroy()
    if (isPrepared && isPlanOutdated(error))
      throw new PlanOutdatedError('the tables changed since it was prepared', { cause: error })
    throw refusalOf(error, work, list, guarded?.index ?? 0, wait, ports.limits)
  }
}

/** "cached plan must not change result type": a migration gave the table another column since. */
function isPlanOutdated(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '0A000'
}

/**
 * Until the deadline, or until the caller went away. Not `AbortSignal.any`: its weak references were a
 * quarter of what a query costs this process, in garbage collection alone.
 */
class Wait {
  readonly #stop = new AbortController()
  readonly #caller: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout
  isDeadline = false

  constructor({ deadlineMs, signal }: PluginWork) {
    this.#caller = signal
    this.#timer = setTimeout(() => {
      this.isDeadline = true
      this.#stop.abort()
    }, deadlineMs)
    if (signal?.aborted) this.#stop.abort()
    else signal?.addEventListener('abort', this.#leave)
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#leave)
  }

  readonly #leave = (): void => this.#stop.abort()
}

/** Not when the statement was cancelled, or the server ends the session. */
function isReusable(error: unknown): boolean {
  if (error instanceof RowsUnexpectedError || error instanceof CodedError) return true
  return (
    error instanceof pg.DatabaseError && error.code !== '57014' && !error.code?.startsWith('57P')
  )
}

async function execute(
  ports: QueryPorts,
  lease: Lease,
  guarded: GuardedQuery,
  stop: AbortSignal,
): Promise<readonly QueryAnswer[]> {
  lease.meter.allow(ports.limits.maxBytes, () => {
    guarded.fail(new TooManyBytesError())
    lease.destroy()
  })
  let stopping: Promise<void> | undefined
  const onStop = () => {
    stopping = end(ports.cancel, lease, guarded)
  }
  stop.addEventListener('abort', onStop, { once: true })
  try {
    if (stop.aborted) throw stop.reason
    lease.client.query(guarded as unknown as pg.Submittable)
    return await guarded.answers
  } finally {
    stop.removeEventListener('abort', onStop)
    lease.meter.allowAll()
    // A cancel that is under way must not hit the next statement of this connection.
    await stopping
  }
}

/** Cancels, and when that is not heeded ends the backend and the wait. */
async function end(cancel: pg.Pool, lease: Lease, guarded: GuardedQuery): Promise<void> {
  if (guarded.isCommitting) {
    await settledWithin(guarded, COMMIT_GRACE_MS)
    guarded.fail(new OutcomeUnknownError())
  } else {
    await signalBackend(cancel, 'pg_cancel_backend', lease.processId)
    await settledWithin(guarded, CANCEL_GRACE_MS)
  }
  if (guarded.isSettled) return
  guarded.fail(new Error('the statement did not heed its cancel'))
  lease.destroy()
  await signalBackend(cancel, 'pg_terminate_backend', lease.processId)
}

async function settledWithin(guarded: GuardedQuery, ms: number): Promise<void> {
  const timeout = new AbortController()
  await Promise.race([
    guarded.answers.catch(() => undefined),
    delay(ms, undefined, { signal: timeout.signal }).catch(() => undefined),
  ])
  timeout.abort()
}

function refusalOf(
  error: unknown,
  { plugin, deadlineMs }: PluginWork,
  list: StatementList,
  index: number,
  { signal: { aborted: isStopped }, isDeadline }: Wait,
  limits: PluginQueryLimits,
): unknown {
  if (error instanceof TooManyRowsError) {
    return coreErrors.create('SQL_RESULT_TOO_LARGE', { plugin, limit: `${limits.maxRows} rows` })
  }
  if (error instanceof TooManyBytesError) {
    return coreErrors.create('SQL_RESULT_TOO_LARGE', { plugin, limit: `${limits.maxBytes} bytes` })
  }
  if (error instanceof RowsUnexpectedError) {
    const { expected, met } = error
    return coreErrors.create('SQL_ROWS_UNEXPECTED', { plugin, index: error.index, expected, met })
  }
  if (error instanceof OutcomeUnknownError || error instanceof CodedError) return error
  const isCancelled = error instanceof pg.DatabaseError && error.code === '57014'
  if (isStopped && (isCancelled || !(error instanceof pg.DatabaseError))) {
    if (isDeadline)
      return coreErrors.create('SQL_DEADLINE', { plugin, deadlineMs }, { cause: error })
    return coreErrors.create('SQL_CANCELLED', { plugin }, { cause: error })
  }
  return error instanceof pg.DatabaseError ? sqlRefusalOf(error, plugin, list, index) : error
}

function sqlRefusalOf(
  error: pg.DatabaseError,
  plugin: string,
  { statements, ownCount, placeOf }: StatementList,
  index: number,
): unknown {
  const sqlState = error.code
  // 28: the login itself was refused, 53300 and 57P: the server is away; the caller knows what that means.
  if (/^(28|53300|57P)/.test(sqlState ?? '')) return error
  // A deadlock, or an isolation that could not be kept: the same again may succeed.
  if (sqlState === '40P01' || sqlState === '40001') {
    return coreErrors.create('SQL_CONFLICT', { plugin, sqlState }, { cause: error })
  }
  // What fails between the plugin's last statement and the commit is the host's own, and not the author's
  // business; what fails at the commit (a deferred constraint) has no statement left to name.
  const isHost = index >= ownCount && index < statements.length
  if (isHost) return new Error('a statement of the host failed', { cause: error })
  // The primary message only: details and hints may name what is not the plugin's.
  const reason = `${index < ownCount ? placeOf(index) : ''}${error.message}`
  return coreErrors.create('SQL_FAILED', { plugin, reason, sqlState }, { cause: error })
}
