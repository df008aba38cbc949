import type { BlobPart, Blobs } from './blobs.ts'
import type { Jobs } from './jobs.ts'
import type { Keys } from './keys.ts'
import type { Rollouts } from './rollouts.ts'

/** Who acts: an app through a subscription, a user through a role, another plugin through a grant, or who has a link. */
export interface Principal {
  readonly kind: 'app' | 'user' | 'plugin' | 'host' | 'link'
  readonly id: string
  /**
   * Of a user who calls an operation that says `"requiresIn": "unit"`: the units in which he holds what it requires, each with
   * all below it, by id. Show and change what is of these, and nothing else. Absent: there is no such limit.
   */
  readonly units?: readonly string[]
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

export interface BatchResult {
  /** Rows that the statement changed with each list of parameters, in their order. */
  readonly rowCounts: readonly number[]
  readonly rowCount: number
}

export interface Statement {
  readonly sql: string
  readonly parameters?: readonly SqlValue[]
  /** Undo the whole transaction unless the statement returns or changes exactly as many rows. */
  readonly rows?: number
}

/** A table of a plugin of this tenant: its shape, and none of its rows. */
export interface TableShape {
  readonly plugin: string
  readonly table: string
  readonly columns: readonly {
    readonly name: string
    /** As PostgreSQL writes it, such as `numeric(12,2)` or `text[]`. */
    readonly type: string
    readonly nullable: boolean
  }[]
  /** Names of its columns in their order; empty where there is none. */
  readonly primaryKey: readonly string[]
}

/**
 * The plugin's own tables, present with a grant of `db:own`.
 *
 * Parameters as `$1`, `$2` …; names are unqualified, and those that begin with `signalbox_` are the host's.
 * Rows of other tenants do not exist: the host's row policy sees to it. Statements are cancelled when the
 * call's deadline passes; then nothing was changed. Beyond what the grant allows, inserts, merges and updates
 * are refused with `CORE_QUOTA_EXCEEDED`, while deletes and reads go on.
 */
export interface Database {
  /**
   * One statement; a write commits by itself.
   * @throws `CORE_SQL_REFUSED` for anything but one select, insert, update, delete or merge.
   * @throws `CORE_SQL_FAILED` with PostgreSQL's text and SQLSTATE in the message when the statement fails.
   * @throws `CORE_SQL_CONFLICT` when it met another transaction (a deadlock): send the same again.
   * @throws `CORE_DATABASE_UNAVAILABLE` while PostgreSQL is away; the caller may try again.
   */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly SqlValue[],
  ): Promise<QueryResult<Row>>
  /**
   * One statement with each of 1 to 1,000 lists of parameters, in one transaction: all or none. What a
   * `returning` gives is not kept.
   * @throws what `query` throws; the message names the list as `parameterRows[7]`.
   */
  batch(sql: string, parameterRows: readonly (readonly SqlValue[])[]): Promise<BatchResult>
  /**
   * 1 to 64 statements in one transaction: all or none. They are sent together, so none can use what another
   * returned; `with` can.
   * @returns an answer for each, in their order; together they hold at most 10,000 rows.
   * @throws what `query` throws; the message names the statement as `statements[2]`.
   * @param options.events at most 64, each with a grant of `event:publish`: published with the commit, or not at all.
   * @throws `CORE_SQL_ROWS_UNEXPECTED` when a statement with `rows` met another number of them; what
   * `ctx.events.publish` throws.
   */
  transaction<Rows extends readonly unknown[] = readonly Record<string, unknown>[]>(
    statements: readonly Statement[],
    options?: { readonly events?: readonly EventWish[] },
  ): Promise<{ readonly [Index in keyof Rows]: QueryResult<Rows[Index]> }>
  /**
   * How the tables of this tenant's plugins look, by plugin and name, some 50 at a time; with a grant of
   * `db:inspect`.
   * @param wish `plugin`: only its tables; `cursor`: what the page before gave, null on the last one
   */
  inspect(wish?: {
    readonly plugin?: string
    readonly cursor?: string
  }): Promise<{ readonly tables: readonly TableShape[]; readonly cursor: string | null }>
}

/** Other data services, present with a grant of `service:call`. */
export interface Services {
  /**
   * Calls `operation` of `service` (for example `orders.demand`) with this call's tenant, deadline and trace.
   * @throws the called service's own refusal, by its code.
   */
  call<Output = unknown>(service: string, operation: string, input: unknown): Promise<Output>
}

/** What another plugin put into an extension point, in the version that serves this call. */
export interface Contribution<Value = unknown> {
  readonly plugin: string
  readonly version: string
  /** It fits the schema that this plugin's own version declares for the point. */
  readonly value: Value
  /**
   * Runs a handler of the contributor, in its own isolate and with its own grants, within this call's deadline.
   * @param handler a name among the contributor's `contributions` of this point; its value says which.
   * @throws the contributor's own refusal or failure, by its code; `CORE_CONTRIBUTION_MISSING` when it is not
   * there any more.
   */
  call<Output = unknown>(handler: string, input?: unknown): Promise<Output>
}

export interface Message {
  /** As a grant of `notify:send` names it, such as `mail`. */
  readonly channel: string
  /** 1 to 50 addresses, in the words of the channel. */
  readonly to: readonly string[]
  /** One line of at most 200 characters. */
  readonly subject: string
  /** At most 20,000 characters, plain. */
  readonly text: string
  /** For channels that can do more with a message. */
  readonly data?: unknown
}

/** Messages to people, present with a grant of `notify:send`. */
export interface Notify {
  /**
   * Hands a message to the plugin of the tenant that offers the channel, and waits for it; at most 60 at once, one
   * a second.
   * @returns what the channel answers.
   * @throws `CORE_CHANNEL_MISSING`, `CORE_CHANNEL_AMBIGUOUS`, `CORE_BUDGET_SPENT`, and the channel's own refusal.
   */
  send(message: Message): Promise<unknown>
}

/** Of a unit just what the grant of `identity:read` names: `unit-name`, `unit-parent`. */
export interface UnitRead {
  readonly id: string
  readonly name?: string
  readonly parent?: string | null
}

/** The organisation of the tenant, present with a grant of `identity:read`. */
export interface Identity {
  /** Up to 200 units by id; `next` is the cursor of the following ones, absent on the last page. */
  units(cursor?: string): Promise<{ readonly items: readonly UnitRead[]; readonly next?: string }>
}

/** Links for people without an account, present with a grant of `link:share`. */
export interface Links {
  /**
   * Makes a link by which whoever has it calls `operation` (`service/operation`, one of the plugin's own) until it
   * expires or is taken back; the handler sees a principal of kind `link`. A visitor may send further properties of
   * the input (in the query of a GET where the operation is safe, else in the body of a POST); those in `input` are
   * the plugin's and cannot be changed.
   * @param input at most 4,096 characters as JSON.
   * @param options.ttlS seconds; as long as the grant allows, when absent.
   * @throws `CORE_LINK_TOO_LONG`, `CORE_LINKS_TOO_MANY` (10,000 living ones), `CORE_BUDGET_SPENT`.
   */
  share(
    operation: string,
    input: Readonly<Record<string, unknown>>,
    options?: { readonly ttlS?: number },
  ): Promise<{ readonly id: string; readonly url: string; readonly expiresAt: string }>
  /** @returns whether there was such a living link of this plugin. */
  revoke(id: string): Promise<{ readonly revoked: boolean }>
}

/**
 * Secrets of the tenant, present with a grant of `secret:use`. The plugin never sees one: it writes where it shall
 * stand, and the host puts it in when the request leaves, where the secret may go to that origin.
 */
export interface Secrets {
  /**
   * What stands for a secret in the value of a header, or in a parameter of the query; nowhere else. In a path or a
   * body it is refused with `CORE_SECRET_MISPLACED`. An answer that repeats the secret has this text in its place.
   * @param name as `secrets` in the manifest names it
   */
  ref(name: string): string
  /** The value of the header `Authorization` for Basic authentication, the secret as the password. */
  basic(user: string, name: string): string
}

/** An event as a handler in `on` gets it: CloudEvents 1.0, with the host's extension attributes. */
export interface PluginEvent<Data = unknown> {
  readonly specversion: '1.0'
  /** With `source` the same every time the event comes: what was done for it once is known by both. */
  readonly id: string
  /** `/plugins/{plugin}`, or `/tenants/{tenant}/apps/{app}` where an app sent it. */
  readonly source: string
  /** Of a plugin, the version that published it, such as `1.2.0`. */
  readonly sourceversion?: string
  readonly type: string
  /** When it was published, as RFC 3339. */
  readonly time: string
  /** The key it was published under; events of one key come in the order of their publishing. */
  readonly partitionkey?: string
  /** The same for all events that one led to. */
  readonly correlationid: string
  /** The `id` of the event that was handled when this one was published. */
  readonly causationid?: string
  /** How many events led here, this one included; 16 are the most. */
  readonly hops: number
  readonly data: Data
}

/** An event that a transaction publishes. */
export interface EventWish extends PublishOptions {
  readonly type: string
  readonly data: unknown
}

export interface PublishOptions {
  /** Orders events: those of one key are handled one after the other. At most 200 characters. */
  readonly key?: string
  /** Your own id, at most 200 characters: published twice within seven days it is one event. Drawn, when left out. */
  readonly id?: string
}

/** Events of the plugin's own, present with a grant of `event:publish` for the type. */
export interface Events {
  /**
   * Tells whoever subscribed in this tenant. Resolves when the event is durable; it is delivered at least once.
   * @param data at most 64 KiB as JSON, as the schema under `provides.events` says.
   * @throws `CORE_EVENT_TYPE_UNDECLARED`, `CORE_EVENT_BREAKS_SCHEMA`, `CORE_EVENT_TOO_LARGE`.
   * @throws `CORE_EVENT_TOO_MANY_HOPS` when sixteen events have led here.
   * @throws `CORE_BUDGET_SPENT` beyond 1000 events a second.
   */
  publish(type: string, data: unknown, options?: PublishOptions): Promise<{ readonly id: string }>
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
  /**
   * Aborted when nobody waits for the answer any more, its `reason` with the `code` of why: the deadline has passed
   * (`SBX_DEADLINE_EXCEEDED`), the plugin was disabled in the tenant (`CORE_CALL_STOPPED`), the client hung up
   * (`CORE_CALLER_LEFT`), or the run of a job was cancelled (`CORE_JOB_RUN_CANCELLED`). A handler learns
   * of it between turns: its listeners run, and then every host call it awaits ends with that same code; but that of
   * an operation that is not `safe` goes on when its client has left, as it may be half way. An AbortSignal of the host's making: give it to `fetch`; `instanceof` does not know it.
   */
  readonly signal: AbortSignal
  readonly config: Config
  readonly db: Database
  readonly services: Services
  readonly notify: Notify
  readonly links: Links
  readonly identity: Identity
  /**
   * What the tenant's enabled plugins put into an extension point that this plugin declares, by plugin. A value
   * that does not fit the point's schema is left out. No grant is needed.
   * @throws `CORE_POINT_NOT_OWN` for a point that this version does not declare.
   */
  contributions<Value = unknown>(point: string): Promise<readonly Contribution<Value>[]>
  readonly blobs: Blobs
  readonly secrets: Secrets
  readonly events: Events
  readonly jobs: Jobs
  readonly keys: Keys
  readonly rollouts: Rollouts
  readonly log: Log
  /** The host's clock at the start of this turn, in milliseconds since the epoch; it stands still within a turn. */
  now(): number
  /**
   * Adds `n` of a unit, a whole number from 0 to 1,000,000,000 and 1 when left out, to what the caller of this
   * operation has used. Always there; a version has at most 16 units in a tenant.
   * @throws `CORE_METER_UNITS_TOO_MANY`, `CORE_INPUT_INVALID`.
   */
  meter(unit: string, n?: number): Promise<void>
  /** At least 0 and below 1, from the seed of this call, as `Math.random` is: a replay draws the same. */
  random(): number
  /**
   * The digest of a text (of its UTF-8) or of bytes, in lower-case hexadecimal.
   * @throws TypeError for another algorithm.
   */
  hash(algorithm: HashAlgorithm, data: string | Uint8Array): string
  /**
   * A file of this version's own package, as `npm publish` packed it, such as `assets/rates.json`. Needs no grant.
   * Its code, contracts, migrations and package.json are not given.
   * @throws `CORE_ASSET_MISSING`, `CORE_ASSET_RANGE` for a part that begins beyond the end.
   * @throws `CORE_ASSET_TOO_LARGE` for more than 180 KiB at once: read it in parts.
   */
  assets(path: string, part?: BlobPart): Promise<Uint8Array>
}

export type HashAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
