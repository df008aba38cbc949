import type { CodedError } from '@signalbox/sdk/errors'
import { marketplaceErrors } from '../errors.ts'

/** Node's and PostgreSQL's codes for "nobody is there" and "going down", not for a fault of the statement. */
const awayCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  '08000', // connection_exception
  '08001', // sqlclient_unable_to_establish_sqlconnection
  '08003', // connection_does_not_exist
  '08004', // sqlserver_rejected_establishment_of_sqlconnection
  '08006', // connection_failure
  '53300', // too_many_connections
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
])

/** What pg and knex say in words only. */
const awayMessage =
  /^(connection terminated|client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|unable to acquire a connection|the database system is)/i

/** Turns an error of the driver that means PostgreSQL is away into the refusal that says "try again". */
export function databaseFault(error: unknown): CodedError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as Error & { code?: unknown }
  const isAway =
    (typeof code === 'string' && awayCodes.has(code)) ||
    error.name === 'KnexTimeoutError' ||
    awayMessage.test(error.message)
  return isAway
    ? marketplaceErrors.create('DATABASE_UNAVAILABLE', {}, { cause: error, retryAfterS: 2 })
    : undefined
}
