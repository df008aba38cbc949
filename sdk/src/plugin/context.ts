import type { Keys } from './keys.ts'

/** Who acts: an app through a subscription, a user through a role, or another plugin through a grant. */
export interface Principal {
  readonly kind: 'app' | 'user' | 'plugin' | 'host'
  readonly id: string
}

export type SqlValue = string | number | boolean | null | readonly SqlValue[] | SqlObject
interface SqlObject {
  readonly [key: string]: SqlValue
}

export interface QueryResult<Row> {
  readonly rows: readonly Row[]
  /** Rows that the statement returned or changed. */
  readonly rowCount: number
}

/**
 * The plugin's own tables, present with a grant of `db:own`.
 *
 * One statement a call, parameters as `$1`, `$2` …; names are unqualified. Rows of other tenants do not
 * exist: the host's row policy sees to it. A statement is cancelled when the call's deadline passes.
 */
export interface Database {
  /**
   * @throws `CORE_SQL_REFUSED` for anything but one select, insert, update, delete or merge.
   * @throws `CORE_SQL_FAILED` with PostgreSQL's text and SQLSTATE in the message when the statement fails.
   * @throws `CORE_DATABASE_UNAVAILABLE` while PostgreSQL is away; the caller may try again.
   */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly SqlValue[],
  ): Promise<QueryResult<Row>>
}

/** Other data services, present with a grant of `service:call`. */
export interface Services {
  /**
   * Calls `operation` of `service` (for example `orders.demand`) with this call's tenant, deadline and trace.
   * @throws the called service's own refusal, by its code.
   */
  call<Output = unknown>(service: string, operation: string, input: unknown): Promise<Output>
}

export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/**
 * What a handler is given. Only what was granted is there: without a grant of `db:own`, `ctx.db.query`
 * throws `CORE_GRANT_MISSING`. Nothing in it is an object of the host.
 */
export interface Context<Config = unknown> {
  readonly tenant: string
  readonly principal: Principal
  /** The version this request was given: `stable`, or `canary` while a rollout runs. */
  readonly arm: 'stable' | 'canary'
  readonly traceId: string
  /** Instant (milliseconds since the epoch) after which nobody waits for the answer any more. */
  readonly deadline: number
  readonly config: Config
  readonly db: Database
  readonly services: Services
  readonly keys: Keys
  readonly log: Log
  /** The host's clock at the start of this turn, in milliseconds since the epoch; it stands still within a turn. */
  now(): number
  /** At least 0 and below 1, from the seed of this call, as `Math.random` is: a replay draws the same. */
  random(): number
  /**
   * The digest of a text (of its UTF-8) or of bytes, in lower-case hexadecimal.
   * @throws TypeError for another algorithm.
   */
  hash(algorithm: HashAlgorithm, data: string | Uint8Array): string
}

export type HashAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
