import { CodedError } from '@signalbox/sdk/errors'
import { resultLimits } from '@signalbox/sdk/host-calls/db-rules'
import pg from 'pg'
import { coreErrors } from '../../errors.ts'
import { endWhenSilent } from '../../storage/answer-deadline.ts'
import { connectionBudget } from '../../storage/connection-budget.ts'
import { isDatabaseUnavailable } from '../../storage/database-unavailable.ts'
import { type AdminState, prepareAdminSchema } from './admin-schema.ts'
import type { QueryAnswer } from './guarded-query.ts'
import type { MigrationStep } from './ledger.ts'
import { PluginMigrations } from './plugin-migrations.ts'
import { type JudgedStatements, type PluginQueryLimits, runStatements } from './plugin-query.ts'
import { PluginRoles, type TenantLogin } from './plugin-roles.ts'
import { rowsOf, type TableRow, tablesOf } from './plugin-rows.ts'
import {
  batchStatements,
  type PluginBatch,
  type PluginQuery,
  type PluginTransaction,
  type PluginWork,
  queryStatements,
  type StatementList,
  transactionStatements,
} from './plugin-statements.ts'
import type { Growth } from './quota/quota.ts'
import { QuotaMeter } from './quota/quota-meter.ts'
import { measureUsage, usageSql } from './quota/usage-store.ts'
import { RolePools } from './role-pools.ts'
import { type CataloguePage, type CatalogueWish, readCatalogue } from './schema-catalogue.ts'
import { SqlJudge } from './sql-judge.ts'

interface Log {
  warn(fields: object, message: string): void
}

export interface PluginDatabasesOptions {
  /** The plugins' database, as a role that may create roles. */
  readonly url: string
  /** What the login roles' passwords are made from: 0600 in the data folder, the same on every node. */
  readonly clusterSecret: string
  readonly log: Log
  readonly limits?: Partial<PluginQueryLimits>
  /** Connections for plugins' statements; the budget's shares when left out. */
  readonly connections?: { readonly total: number; readonly perRole: number }
  /** For all steps of one run of migrations together. */
  readonly migrationDeadlineMs?: number
}

/** A plugin's answers are JSON for an isolate of 64 MB: more than this is asked for in pages. */
const LIMITS: PluginQueryLimits = resultLimits
/** An admin waits for it behind an HTTP request. What fills rows for longer belongs into a backfill. */
const MIGRATION_DEADLINE_MS = 60_000
const CONNECT_TIMEOUT_MS = 2000
/** Long enough for a burst to come back, short enough that a quiet tenant costs no backend. */
const IDLE_MS = 30_000
/** Behind the broker's own deadlines, for the case that the host dies with a statement running. */
const BACKSTOP_MS = 60_000

/**
 * `db:own`: the tables of every plugin for every tenant, in a database of their own.
 *
 * What keeps them apart is PostgreSQL, not this code: each (plugin, tenant) has a login role that owns
 * nothing, and the policy of every table compares its tenant with who logged in. The gate in front says
 * earlier and clearer what would be refused, and is the only wall where the server does not let us take
 * functions away from PUBLIC.
 */
export class PluginDatabases {
  readonly migrations: PluginMigrations
  readonly #options: PluginDatabasesOptions
  readonly #admin: pg.Pool
  readonly #cancel: pg.Pool
  readonly #roles: PluginRoles
  readonly #judge = new SqlJudge()
  readonly #pools: RolePools
  readonly #catalogue: pg.Pool
  readonly #quotas: QuotaMeter
  readonly #logins = new Map<string, TenantLogin>()
  readonly #limits: PluginQueryLimits

  private constructor(options: PluginDatabasesOptions, admin: pg.Pool, state: AdminState) {
    this.#options = options
    this.#admin = admin
    this.#cancel = adminPool(options.url, connectionBudget.pluginCancel, 'signalbox-cancel')
    const catalogue = adminPool(
      options.url,
      connectionBudget.pluginCatalogue,
      'signalbox-plugins-catalogue',
    )
    this.#catalogue = catalogue
    this.#quotas = new QuotaMeter({
      usageSql: (plugin) => usageSql(catalogue, plugin),
      measure: (sql, tenant, isLarge) => measureUsage(catalogue, sql, tenant, isLarge),
      now: () => performance.now(),
      log: options.log,
    })
    this.#roles = new PluginRoles(admin, state, options.clusterSecret)
    this.migrations = new PluginMigrations({
      pool: admin,
      roles: this.#roles,
      judge: this.#judge,
      cancel: this.#cancel,
      deadlineMs: options.migrationDeadlineMs ?? MIGRATION_DEADLINE_MS,
      connect: (user, password) => clientConfig(options.url, { user, password }),
      guard: (work) => this.#guard(work),
      onChanged: (plugin) => this.#quotas.forget(plugin),
      drop: (scratch) => this.dropPlugin(scratch),
    })
    this.#limits = { ...LIMITS, ...options.limits }
    this.#pools = new RolePools({
      connect: (login) => this.#loginConfig(login),
      total: options.connections?.total ?? connectionBudget.pluginQueries,
      perRole: options.connections?.perRole ?? connectionBudget.pluginQueriesPerRole,
      idleMs: IDLE_MS,
    })
  }

  /** Makes the host's part of the database. @throws CORE_DATABASE_UNAVAILABLE */
  static async start(options: PluginDatabasesOptions): Promise<PluginDatabases> {
    const admin = adminPool(options.url, connectionBudget.pluginAdmin, 'signalbox-plugins')
    try {
      const client = await admin.connect()
      const state = await prepareAdminSchema(client).finally(() => client.release())
      if (!state.isHardened) {
        options.log.warn(
          {},
          'the role of the plugins’ database is no superuser: advisory locks, NOTIFY and settings are kept from plugins by the SQL gate alone',
        )
      }
      const databases = new PluginDatabases(options, admin, state)
      // The parser takes a moment to load; the first call of a plugin should not wait for it.
      await databases.#judge.query('SELECT 1', '')
      return databases
    } catch (error) {
      await admin.end()
      throw asUnavailable(error)
    }
  }

  /** Makes the plugin's schema, owner and access group, unless they are there. */
  async installSchema(plugin: string): Promise<void> {
    await this.#guard(() => this.#roles.installSchema(plugin))
  }

  /**
   * Runs the steps that the plugin's ledger does not hold, in the order of their names; returns their names.
   * @throws CORE_PLUGIN_MIGRATION_REFUSED naming file and line, _CHANGED, _FAILED.
   */
  migrate(
    plugin: string,
    version: string,
    steps: readonly MigrationStep[],
  ): Promise<readonly string[]> {
    return this.migrations.migrate(plugin, version, steps)
  }

  /** @throws CORE_PLUGIN_SCHEMA_MISSING when the plugin has no schema. */
  async enableTenant(plugin: string, tenant: string): Promise<void> {
    const login = await this.#guard(() => this.#roles.enableTenant(plugin, tenant))
    this.#logins.set(keyOf(plugin, tenant), login)
  }

  /** From now on the plugin cannot log in for this tenant; its rows stay for when it is enabled again. */
  async disableTenant(plugin: string, tenant: string): Promise<void> {
    this.#logins.delete(keyOf(plugin, tenant))
    const roleName = await this.#guard(() => this.#roles.disableTenant(plugin, tenant))
    if (roleName !== undefined) this.#pools.forget(roleName)
  }

  /** From now on the plugin cannot log in for any tenant; all rows stay. */
  async disablePlugin(plugin: string): Promise<void> {
    const tenants = await this.#guard(() => this.#roles.enabledTenants(plugin))
    for (const tenant of tenants) await this.disableTenant(plugin, tenant)
    this.forget(plugin)
  }

  /** Removes tables, rows and roles of every tenant. @param life as `life` tells it: another one's stay */
  async dropPlugin(plugin: string, life?: string): Promise<void> {
    const roleNames = await this.#guard(() => this.#roles.dropPlugin(plugin, life))
    this.forget(plugin)
    for (const roleName of roleNames) this.#pools.forget(roleName)
  }

  /** Nothing is remembered of a plugin that this or another node has removed. */
  forget(plugin: string): void {
    this.#quotas.forget(plugin)
    for (const [key, login] of this.#logins) {
      if (!key.startsWith(keyOf(plugin, ''))) continue
      this.#logins.delete(key)
      this.#pools.forget(login.roleName)
    }
  }

  /** @returns what this life of the plugin is told from another by; undefined: it has no tables of its own */
  async life(plugin: string): Promise<string | undefined> {
    return (await this.#guard(() => this.#roles.schemaOf(plugin)))?.schema
  }

  /** @returns none, where the plugin has no tables of its own */
  async tables(plugin: string): Promise<readonly string[]> {
    const found = await this.#guard(() => this.#roles.schemaOf(plugin))
    return found === undefined ? [] : tablesOf(this.#admin, found.schema)
  }

  /** All rows of all tenants, for the operator's export. */
  async *rows(plugin: string, table: string): AsyncGenerator<readonly TableRow[]> {
    const found = await this.#guard(() => this.#roles.schemaOf(plugin))
    if (found !== undefined) yield* rowsOf(this.#admin, found.schema, table)
  }

  /**
   * One statement of a plugin on its own tables, for one tenant.
   * @throws CORE_SQL_REFUSED, CORE_SQL_FAILED, CORE_SQL_CONFLICT, CORE_SQL_DEADLINE, CORE_SQL_CANCELLED,
   * CORE_SQL_RESULT_TOO_LARGE, CORE_QUOTA_EXCEEDED, CORE_PLUGIN_SCHEMA_MISSING, CORE_DATABASE_UNAVAILABLE.
   */
  async query(query: PluginQuery): Promise<QueryAnswer> {
    const [answer] = await this.#run(query, queryStatements(query))
    return answer as QueryAnswer
  }

  /**
   * One statement with each list of parameters, in one transaction. Rows it returns are not kept.
   * @returns how many rows each returned or changed, in their order
   * @throws what `query` throws
   */
  async batch(batch: PluginBatch): Promise<readonly number[]> {
    const answers = await this.#run(batch, batchStatements(batch))
    return answers.map(({ rowCount }) => rowCount)
  }

  /**
   * Several statements in one transaction; statements of the host run behind them, before the commit, as the
   * tenant's role.
   * @returns the answers to the plugin's statements, in their order
   * @throws what `query` throws, and CORE_SQL_ROWS_UNEXPECTED
   */
  transaction(transaction: PluginTransaction): Promise<readonly QueryAnswer[]> {
    return this.#run(transaction, transactionStatements(transaction))
  }

  /** Tables of the tenant's plugins, by plugin and name: no rows, no plugin that the tenant has not enabled. */
  inspect(wish: CatalogueWish): Promise<CataloguePage> {
    return this.#guard(() => readCatalogue(this.#catalogue, wish))
  }

  #run(work: PluginWork, list: StatementList): Promise<readonly QueryAnswer[]> {
    return this.#guard(async () => {
      const { plugin, tenant, quota } = work
      const { writes, growth, leavesTrace } = await this.#judged(plugin, list)
      const login = await this.#loginOf(plugin, tenant)
      if (quota && growth) this.#quotas.admit(work, growth, quota)
      const lastCheck = quota && growth && (await this.#quotas.lastCheck(work, growth, quota))
      const judged = { ...list, writes, leavesTrace, lastCheck }
      try {
        return await this.#asTenant(login, work, judged)
      } finally {
        // Also where it failed: the outcome of a commit may be unknown.
        if (quota && writes) this.#quotas.changed(work)
      }
    })
  }

  /** One text after the other: those of one transaction must not crowd the gate. */
  async #judged(
    plugin: string,
    { texts, hostWrites }: StatementList,
  ): Promise<{ writes: boolean; growth: Growth | undefined; leavesTrace: boolean }> {
    let writes = hostWrites
    let movesSequence = false
    let growth: Growth | undefined
    for (const [sql, place] of texts) {
      const verdict = await this.#judge.query(sql, plugin)
      if ('refusal' in verdict) {
        const reason = `${place}${verdict.refusal}`
        throw coreErrors.create('SQL_REFUSED', { plugin, reason })
      }
      writes ||= verdict.writes
      movesSequence ||= verdict.movesSequence === true
      if (growth !== 'rows') growth = verdict.growth ?? growth
    }
    return { writes, growth, leavesTrace: writes || movesSequence }
  }

  async #asTenant(
    login: TenantLogin,
    work: PluginWork,
    statements: JudgedStatements,
  ): Promise<readonly QueryAnswer[]> {
    const ports = { pools: this.#pools, cancel: this.#cancel, limits: this.#limits }
    try {
      return await runStatements(ports, login, work, statements)
    } catch (error) {
      if (!isLoginRefused(error)) throw error
      // Another node disabled the tenant or dropped the plugin.
      const { plugin, tenant } = work
      this.#logins.delete(keyOf(plugin, tenant))
      throw coreErrors.create('PLUGIN_SCHEMA_MISSING', { plugin, tenant }, { cause: error })
    }
  }

  /** Connections of the tenants' roles, and callers that wait for one. */
  get connections(): RolePools['stats'] {
    return this.#pools.stats
  }

  async stop(): Promise<void> {
    this.#quotas.stop()
    await this.#pools.stop()
    await this.#judge.stop()
    await Promise.all([this.#admin.end(), this.#cancel.end(), this.#catalogue.end()])
  }

  async #loginOf(plugin: string, tenant: string): Promise<TenantLogin> {
    const key = keyOf(plugin, tenant)
    const known = this.#logins.get(key)
    if (known) return known
    const login = await this.#roles.tenantLogin(plugin, tenant)
    if (!login) throw coreErrors.create('PLUGIN_SCHEMA_MISSING', { plugin, tenant })
    this.#logins.set(key, login)
    return login
  }

  /** The session's own defaults, which DISCARD ALL returns to. */
  #loginConfig(login: TenantLogin): pg.ClientConfig {
    const settings = {
      search_path: login.schema,
      statement_timeout: BACKSTOP_MS,
      idle_in_transaction_session_timeout: BACKSTOP_MS,
      // The gate reads strings as the standard has them; the server must too.
      standard_conforming_strings: 'on',
      timezone: 'UTC',
    }
    const options = Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' ')
    const password = this.#roles.passwordOf(login.roleName)
    return clientConfig(this.#options.url, { user: login.roleName, password, options })
  }

  async #guard<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      throw asUnavailable(error)
    }
  }
}

/** Neither part can hold the separator: names of plugins and tenants are checked where they come in. */
function keyOf(plugin: string, tenant: string): string {
  return `${plugin}\n${tenant}`
}

/** The same server and database, another role. */
function clientConfig(
  url: string,
  login: { user: string; password: string; options?: string },
): pg.ClientConfig {
  const changed = new URL(url)
  changed.username = login.user
  changed.password = login.password
  return {
    connectionString: changed.href,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'signalbox-plugin',
    ...(login.options === undefined ? {} : { options: login.options }),
  }
}

export function adminPool(connectionString: string, max: number, applicationName: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    idleTimeoutMillis: IDLE_MS,
    application_name: applicationName,
    allowExitOnIdle: true,
  })
  // A connection that breaks is replaced at the next use, and who uses it hears of it from the statement;
  // without listeners it would end the host, idle or not.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
    endWhenSilent(client)
  })
  return pool
}

/** 28000: the role may not log in (any more); 28P01: it is gone, which the server words as a wrong password. */
function isLoginRefused(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code
  return code === '28000' || code === '28P01'
}

function asUnavailable(error: unknown): unknown {
  // A refusal that was caused by a lost connection, as one that a caller left, says more than that.
  if (error instanceof CodedError || !isDatabaseUnavailable(error)) return error
  return coreErrors.create('DATABASE_UNAVAILABLE', {}, { cause: error, retryAfterS: 1 })
}
