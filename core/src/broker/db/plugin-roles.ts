import type pg from 'pg'
import { coreErrors } from '../../errors.ts'
import { patiently } from '../../storage/answer-deadline.ts'
import type { AdminState } from './admin-schema.ts'
import { rolePassword, scramVerifier } from './scram-verifier.ts'
import { inTransaction } from './transaction.ts'

/** What the look-up table knows of a plugin. All names are opaque and safe as they are: `sb_` and hex. */
export interface PluginSchema {
  readonly schema: string
  readonly ownerRole: string
  readonly accessRole: string
}

/** Nobody waits for it behind a request for so long: it is done again until it is done. */
const DROP_MS = 300_000

/** A role that logs in, and whose rows it sees. */
export interface TenantLogin {
  readonly roleName: string
  readonly schema: string
}

/**
 * The roles of the plugins' database. Per plugin an owner (no login; only migrations act as it) and an
 * access group (no login; may read and write rows); per (plugin, tenant) a login that owns nothing and is a
 * member of the access group. Everything is one transaction, roles included.
 */
export class PluginRoles {
  readonly #pool: pg.Pool
  readonly #state: AdminState
  readonly #clusterSecret: string

  constructor(pool: pg.Pool, state: AdminState, clusterSecret: string) {
    this.#pool = pool
    this.#state = state
    this.#clusterSecret = clusterSecret
  }

  /** Makes the plugin's schema and its two roles, unless they are there. */
  async installSchema(plugin: string): Promise<PluginSchema> {
    // Looked up first: the insert would wait for a migration of the plugin that is under way.
    const known = await this.schemaOf(plugin)
    if (known) return known
    return inTransaction(this.#pool, async (client) => {
      const { rows, rowCount } = await client.query(
        `INSERT INTO signalbox.plugins (plugin, schema_name, owner_role, access_role)
         VALUES ($1, signalbox.new_role_name(), signalbox.new_role_name(), signalbox.new_role_name())
         ON CONFLICT (plugin) DO UPDATE SET plugin = excluded.plugin
         RETURNING schema_name AS schema, owner_role AS "ownerRole", access_role AS "accessRole",
                   xmax <> 0 AS "isKnown"`,
        [plugin],
      )
      const found: PluginSchema & { isKnown: boolean } = rows[0]
      if (rowCount !== 1 || found.isKnown) return found
      const { schema, ownerRole, accessRole } = found
      await this.#createRole(client, ownerRole, 'owner', plugin)
      await this.#createRole(client, accessRole, 'access', plugin)
      await client.query(`
        CREATE SCHEMA ${schema} AUTHORIZATION ${ownerRole};
        GRANT USAGE ON SCHEMA ${schema} TO ${accessRole};
        GRANT ${this.#state.connectRole} TO ${accessRole} WITH INHERIT TRUE, SET FALSE;
        SELECT signalbox_outbox.make('${schema}');
      `)
      return found
    })
  }

  async schemaOf(plugin: string): Promise<PluginSchema | undefined> {
    const { rows } = await this.#pool.query<PluginSchema>(
      `SELECT schema_name AS schema, owner_role AS "ownerRole", access_role AS "accessRole"
         FROM signalbox.plugins WHERE plugin = $1`,
      [plugin],
    )
    return rows[0]
  }

  /** Gives the tenant a login of its own, or its old one back. @throws CORE_PLUGIN_SCHEMA_MISSING */
  enableTenant(plugin: string, tenant: string): Promise<TenantLogin> {
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query(
        `INSERT INTO signalbox.roles (role_name, kind, plugin, tenant)
         SELECT signalbox.new_role_name(), 'tenant', plugin, $2 FROM signalbox.plugins WHERE plugin = $1
         ON CONFLICT (plugin, tenant) WHERE kind = 'tenant' DO UPDATE SET is_enabled = true
         RETURNING role_name AS "roleName", xmax <> 0 AS "isKnown",
                   (SELECT schema_name FROM signalbox.plugins WHERE plugin = $1) AS schema,
                   (SELECT access_role FROM signalbox.plugins WHERE plugin = $1) AS "accessRole"`,
        [plugin, tenant],
      )
      const [role] = rows
      if (!role) throw coreErrors.create('PLUGIN_SCHEMA_MISSING', { plugin, tenant })
      const { roleName, schema } = role
      if (role.isKnown) {
        await client.query(`ALTER ROLE ${roleName} LOGIN`)
      } else {
        await client.query(
          `CREATE ROLE ${roleName} LOGIN INHERIT PASSWORD '${this.#verifier(roleName)}'`,
        )
        await this.#adopt(client, roleName)
        await client.query(`GRANT ${role.accessRole} TO ${roleName} WITH INHERIT TRUE, SET FALSE`)
      }
      return { roleName, schema }
    })
  }

  /** Takes the login away and ends its sessions; the rows stay. Returns the role, if there was one. */
  async disableTenant(plugin: string, tenant: string): Promise<string | undefined> {
    const roleName = await inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<{ role_name: string }>(
        `UPDATE signalbox.roles SET is_enabled = false
          WHERE plugin = $1 AND tenant = $2 AND kind = 'tenant' RETURNING role_name`,
        [plugin, tenant],
      )
      const roleName = rows[0]?.role_name
      if (roleName === undefined) return undefined
      await client.query(`ALTER ROLE ${roleName} NOLOGIN`)
      return roleName
    })
    // After the commit: before it, a session that was ended could come back.
    if (roleName !== undefined) await endSessions(this.#pool, [roleName])
    return roleName
  }

  /** The tenants that have a login, whatever the host's own tables say of them. */
  async enabledTenants(plugin: string): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ tenant: string }>(
      `SELECT tenant FROM signalbox.roles WHERE plugin = $1 AND kind = 'tenant' AND is_enabled`,
      [plugin],
    )
    return rows.map(({ tenant }) => tenant)
  }

  async tenantLogin(plugin: string, tenant: string): Promise<TenantLogin | undefined> {
    const { rows } = await this.#pool.query<TenantLogin>(
      `SELECT role_name AS "roleName", schema_name AS schema
         FROM signalbox.roles JOIN signalbox.plugins USING (plugin)
        WHERE plugin = $1 AND tenant = $2 AND kind = 'tenant' AND is_enabled`,
      [plugin, tenant],
    )
    return rows[0]
  }

  passwordOf(roleName: string): string {
    return rolePassword(this.#clusterSecret, roleName)
  }

  /** A login that may only become the plugin's owner, for one run of migrations. */
  createMigrator(plugin: string, ownerRole: string): Promise<string> {
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<{ role_name: string }>(
        `INSERT INTO signalbox.roles (role_name, kind, plugin)
         VALUES (signalbox.new_role_name(), 'migrator', $1) RETURNING role_name`,
        [plugin],
      )
      const roleName = rows[0]?.role_name ?? ''
      await client.query(
        `CREATE ROLE ${roleName} LOGIN INHERIT PASSWORD '${this.#verifier(roleName)}'`,
      )
      await this.#adopt(client, roleName)
      await client.query(`
        GRANT ${this.#state.migratorRole} TO ${roleName} WITH INHERIT TRUE, SET FALSE;
        GRANT ${ownerRole} TO ${roleName} WITH INHERIT FALSE, SET TRUE;
      `)
      return roleName
    })
  }

  /** Ends and drops the plugin's migrators, those of a host that was killed included. */
  dropMigrators(plugin: string): Promise<void> {
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<{ role_name: string }>(
        `DELETE FROM signalbox.roles WHERE plugin = $1 AND kind = 'migrator' RETURNING role_name`,
        [plugin],
      )
      const names = rows.map((row) => row.role_name)
      await endSessions(client, names)
      for (const name of names) await client.query(`DROP ROLE ${name}`)
    })
  }

  /**
   * Removes the plugin's tables, rows and roles of every tenant.
   * @param life the schema that is meant: each life of a plugin has one of its own, and another one's stays
   * @returns the logins that are gone
   */
  dropPlugin(plugin: string, life?: string): Promise<readonly string[]> {
    return inTransaction(this.#pool, async (client) => {
      const found = await client.query<{ schema_name: string }>(
        'SELECT schema_name FROM signalbox.plugins WHERE plugin = $1 FOR UPDATE',
        [plugin],
      )
      const schema = found.rows[0]?.schema_name
      if (schema === undefined || schema !== (life ?? schema)) return []
      const { rows } = await client.query<{ role_name: string }>(
        'DELETE FROM signalbox.roles WHERE plugin = $1 RETURNING role_name',
        [plugin],
      )
      const names = rows.map((row) => row.role_name)
      await endSessions(client, names)
      // Files of many gigabytes take the server a while to unlink.
      await patiently(client, () =>
        client.query(`
          SET LOCAL statement_timeout = ${DROP_MS};
          DROP SCHEMA ${schema} CASCADE;
          DELETE FROM signalbox_outbox.outboxes WHERE outbox = '${schema}';
          DROP TABLE IF EXISTS signalbox_outbox.${schema};
        `),
      )
      await client.query('DELETE FROM signalbox.plugin_migrations WHERE plugin = $1', [plugin])
      await client.query('DELETE FROM signalbox.plugins WHERE plugin = $1', [plugin])
      for (const name of names) await client.query(`DROP ROLE ${name}`)
      return names
    })
  }

  async #createRole(
    client: pg.PoolClient,
    roleName: string,
    kind: 'owner' | 'access',
    plugin: string,
  ): Promise<void> {
    await client.query(`CREATE ROLE ${roleName} NOLOGIN INHERIT`)
    await this.#adopt(client, roleName)
    await client.query(
      'INSERT INTO signalbox.roles (role_name, kind, plugin) VALUES ($1, $2, $3)',
      [roleName, kind, plugin],
    )
  }

  /**
   * A superuser may act for every role. Any other creator of roles must be a member to own schemas in
   * their name, to seal their tables and to end their sessions (PostgreSQL 16 and later).
   */
  async #adopt(client: pg.PoolClient, roleName: string): Promise<void> {
    if (this.#state.isSuperuser) return
    await client.query(`GRANT ${roleName} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`)
  }

  #verifier(roleName: string): string {
    return scramVerifier(this.passwordOf(roleName))
  }
}

async function endSessions(
  client: pg.Pool | pg.PoolClient,
  roleNames: readonly string[],
): Promise<void> {
  await client.query(
    'SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE usename = ANY ($1)',
    [roleNames],
  )
}
