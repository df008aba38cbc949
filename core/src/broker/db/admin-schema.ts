import type pg from 'pg'
import { tablesSql } from './admin-tables-schema.ts'
import { deniedFunctionPatterns, harmlessFunctions } from './function-policy.ts'
import { outboxRightsSql, outboxSql } from './outbox-schema.ts'

/** What the host keeps in the plugins' database, in a schema that no plugin may look into. */
export interface AdminState {
  /** A group that may connect: without it not even a login role gets in. */
  readonly connectRole: string
  /** A group that may note a migration step down. */
  readonly migratorRole: string
  /** Whether the server let us take EXECUTE and SELECT on PostgreSQL's own objects away. */
  readonly isHardened: boolean
  readonly isSuperuser: boolean
}

/** Any constant, the same for every version of the host. */
const PREPARE_LOCK = 0x73676270

/** Makes or completes the host's part of the plugins' database. Idempotent; several hosts take turns. */
export async function prepareAdminSchema(client: pg.Client | pg.PoolClient): Promise<AdminState> {
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [PREPARE_LOCK])
    await client.query(tablesSql)
    await client.query(outboxSql)
    const state = await readOrCreateState(client)
    await client.query(outboxRightsSql(state.connectRole))
    await client.query('COMMIT')
    return state
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function readOrCreateState(client: pg.Client | pg.PoolClient): Promise<AdminState> {
  const me = await client.query<{ name: string; is_superuser: boolean; database: string }>(
    `SELECT rolname AS name, rolsuper AS is_superuser, current_database() AS database
       FROM pg_roles WHERE rolname = current_user`,
  )
  const isSuperuser = me.rows[0]?.is_superuser ?? false
  const known = await client.query<{ connect_role: string; migrator_role: string }>(
    'SELECT connect_role, migrator_role FROM signalbox.state',
  )
  const [state] = known.rows
  const roles = state ?? (await createGroups(client, me.rows[0]?.database ?? ''))
  if (!state || isSuperuser) await harden(client, isSuperuser)
  return {
    connectRole: roles.connect_role,
    migratorRole: roles.migrator_role,
    isHardened: isSuperuser,
    isSuperuser,
  }
}

async function createGroups(client: pg.Client | pg.PoolClient, database: string) {
  const { rows } = await client.query<{ connect_role: string; migrator_role: string }>(
    `INSERT INTO signalbox.state (connect_role, migrator_role)
     VALUES (signalbox.new_role_name(), signalbox.new_role_name())
     RETURNING connect_role, migrator_role`,
  )
  const [roles] = rows
  if (!roles) throw new Error('the state row was not written')
  const { connect_role, migrator_role } = roles
  const name = client.escapeIdentifier(database)
  await client.query(`
    CREATE ROLE ${connect_role} NOLOGIN NOINHERIT;
    CREATE ROLE ${migrator_role} NOLOGIN NOINHERIT;
    INSERT INTO signalbox.roles (role_name, kind)
      VALUES ('${connect_role}', 'group'), ('${migrator_role}', 'group');
    REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${name} TO ${connect_role}, ${migrator_role};
    GRANT USAGE ON SCHEMA signalbox TO ${migrator_role};
    GRANT EXECUTE ON FUNCTION signalbox.record_step TO ${migrator_role};
  `)
  return roles
}

/**
 * Takes PostgreSQL's own objects away from everyone: functions that change or wait for something, and all
 * catalogues. Only a superuser may; elsewhere the SQL gate is the only wall, and the caller says so.
 */
async function harden(client: pg.Client | pg.PoolClient, isSuperuser: boolean): Promise<void> {
  if (!isSuperuser) return
  const { rows } = await client.query<{ statement: string }>(
    `SELECT format('REVOKE EXECUTE ON FUNCTION pg_catalog.%I(%s) FROM PUBLIC', p.proname,
                   pg_get_function_identity_arguments(p.oid)) AS statement
       FROM pg_proc p
      WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
        AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
        AND (p.provolatile = 'v' OR p.proname ~ $1) AND p.proname <> ALL ($2)
        AND has_function_privilege('public', p.oid, 'EXECUTE')
      UNION ALL
     SELECT format('REVOKE ALL ON %s FROM PUBLIC', c.oid::regclass)
       FROM pg_class c
      WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        AND c.relkind IN ('r', 'v')
        AND (has_table_privilege('public', c.oid, 'SELECT, UPDATE')
             OR has_any_column_privilege('public', c.oid, 'SELECT, UPDATE'))
      UNION ALL
     SELECT format('REVOKE USAGE ON LANGUAGE %I FROM PUBLIC', lanname)
       FROM pg_language WHERE lanpltrusted AND has_language_privilege('public', oid, 'USAGE')`,
    [deniedFunctionPatterns.join('|'), harmlessFunctions],
  )
  // One text, one round trip; on every later start there is nothing to take away.
  await client.query(rows.map((row) => row.statement).join(';\n'))
}
