/** PostgreSQL is away, or this connection to it is: the same statement may succeed later. */
const unavailableStates = new Set([
  '08000', // connection_exception
  '08001', // sqlclient_unable_to_establish_sqlconnection
  '08003', // connection_does_not_exist
  '08004', // sqlserver_rejected_establishment_of_sqlconnection
  '08006', // connection_failure
  '53300', // too_many_connections
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or shutting down
  '57P05', // idle_session_timeout
])

const unavailableSystemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** What pg and knex say in words only: they give these refusals no code. knex puts "<statement> - " before them. */
const unavailableMessages =
  /(?:^| - )(connection terminated|client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|unable to acquire a connection|the database system is|server closed the connection|connection error)/i

/** Whether `error` means that PostgreSQL does not answer now, rather than that it refused what was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'KnexTimeoutError') return true
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string') {
    if (code === 'CORE_DATABASE_UNAVAILABLE') return true
    // The words of an error that has a code may quote a caller's.
    const isAway = unavailableStates.has(code) || unavailableSystemCodes.has(code)
    return isAway || isDatabaseUnavailable(error.cause)
  }
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.every(isDatabaseUnavailable)
  }
  return unavailableMessages.test(error.message) || isDatabaseUnavailable(error.cause)
}
