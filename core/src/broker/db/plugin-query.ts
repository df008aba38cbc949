import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { coreErrors } from '../../errors.ts'
import { GuardedQuery, type QueryAnswer, TooManyRowsError } from './guarded-query.ts'
import type { TenantLogin } from './plugin-roles.ts'
import type { Lease, RolePools } from './role-pools.ts'
import { signalBackend } from './signal-backend.ts'
import { parameterText } from './sql-values.ts'

export interface PluginQuery {
  readonly plugin: string
  readonly tenant: string
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** From now on, waiting for a connection included. Beyond a minute the session's own backstop is first. */
  readonly deadlineMs: number
  /** The caller went away. */
  readonly signal?: AbortSignal | undefined
}

export interface PluginQueryLimits {
  readonly maxRows: number
  /** Of the answer as PostgreSQL sends it. */
  readonly maxBytes: number
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

/** Says what the caller then reads as "PostgreSQL does not answer": whether it committed is not known. */
class OutcomeUnknownError extends Error {
  override readonly message = 'connection terminated: a commit was not confirmed'
}

/** Runs one statement that the gate let through, as the tenant's own role. */
export async function runPluginQuery(
  ports: QueryPorts,
  login: TenantLogin,
  query: PluginQuery,
  writes: boolean,
): Promise<QueryAnswer> {
  const { maxRows } = ports.limits
  const parameters = query.parameters.map((value) => parameterText(value, query.plugin))
  const guarded = new GuardedQuery({ sql: query.sql, parameters, writes, maxRows })
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), query.deadlineMs)
  const stop = query.signal ? AbortSignal.any([deadline.signal, query.signal]) : deadline.signal
  let lease: Lease | undefined
  try {
    lease = await ports.pools.acquire(login, stop)
    const answer = await execute(ports, lease, guarded, stop)
    if (stop.aborted) lease.destroy()
    else lease.release()
    return answer
  } catch (error) {
    if (error instanceof pg.DatabaseError && isReusable(error)) lease?.release()
    else lease?.destroy()
    throw refusalOf(error, query, stop.aborted, deadline.signal.aborted, ports.limits)
  } finally {
    clearTimeout(timer)
  }
}

/** Not when the statement was cancelled, or the server ends the session. */
function isReusable(error: pg.DatabaseError): boolean {
  return error.code !== '57014' && !error.code?.startsWith('57P')
}

async function execute(
  ports: QueryPorts,
  lease: Lease,
  guarded: GuardedQuery,
  stop: AbortSignal,
): Promise<QueryAnswer> {
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
    return await guarded.answer
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
    guarded.answer.catch(() => undefined),
    delay(ms, undefined, { signal: timeout.signal }).catch(() => undefined),
  ])
  timeout.abort()
}

function refusalOf(
  error: unknown,
  query: PluginQuery,
  isStopped: boolean,
  isDeadline: boolean,
  limits: PluginQueryLimits,
): unknown {
  const { plugin, deadlineMs } = query
  if (error instanceof TooManyRowsError) {
    return coreErrors.create('SQL_RESULT_TOO_LARGE', { plugin, limit: `${limits.maxRows} rows` })
  }
  if (error instanceof TooManyBytesError) {
    return coreErrors.create('SQL_RESULT_TOO_LARGE', { plugin, limit: `${limits.maxBytes} bytes` })
  }
  if (error instanceof OutcomeUnknownError) return error
  const isCancelled = error instanceof pg.DatabaseError && error.code === '57014'
  if (isStopped && (isCancelled || !(error instanceof pg.DatabaseError))) {
    if (isDeadline)
      return coreErrors.create('SQL_DEADLINE', { plugin, deadlineMs }, { cause: error })
    return coreErrors.create('SQL_CANCELLED', { plugin }, { cause: error })
  }
  // 28: the login itself was refused, 53300 and 57P: the server is away; the caller knows what that means.
  if (!(error instanceof pg.DatabaseError) || /^(28|53300|57P)/.test(error.code ?? '')) return error
  // The primary message only: details and hints may name what is not the plugin's.
  const parameters = { plugin, reason: error.message, sqlState: error.code }
  return coreErrors.create('SQL_FAILED', parameters, { cause: error })
}
