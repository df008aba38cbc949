/**
 * The schema `signalbox` of the plugins' database. Plugins have no USAGE on it and no right on its tables;
 * what they reach of it are the functions that the host put into their tables' policies and defaults.
 *
 *   plugins            one opaque schema, one owner role, one access role a plugin
 *   roles              every role we made: what a session user is, and for which tenant
 *   plugin_migrations  the ledger: the text of every step that ran, so that it can be run again without its files.
 *                      Rows are added, and go with their plugin; none is changed.
 */
export const tablesSql = `
CREATE SCHEMA IF NOT EXISTS signalbox;
REVOKE ALL ON SCHEMA signalbox FROM PUBLIC;

CREATE TABLE IF NOT EXISTS signalbox.state (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  connect_role name NOT NULL,
  migrator_role name NOT NULL
);
CREATE TABLE IF NOT EXISTS signalbox.plugins (
  plugin text PRIMARY KEY,
  schema_name name NOT NULL UNIQUE,
  owner_role name NOT NULL,
  access_role name NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS signalbox.roles (
  role_name name PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('group', 'owner', 'access', 'tenant', 'migrator')),
  plugin text REFERENCES signalbox.plugins,
  tenant text,
  is_enabled boolean NOT NULL DEFAULT true,
  CHECK ((kind = 'tenant') = (tenant IS NOT NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS roles_one_per_tenant
  ON signalbox.roles (plugin, tenant) WHERE kind = 'tenant';
CREATE TABLE IF NOT EXISTS signalbox.plugin_migrations (
  plugin text NOT NULL REFERENCES signalbox.plugins,
  step text NOT NULL,
  version text NOT NULL,
  checksum text NOT NULL,
  expand_sql text NOT NULL,
  down_sql text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (plugin, step)
);
CREATE OR REPLACE FUNCTION signalbox.refuse_change() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $refuse$
BEGIN
  RAISE EXCEPTION 'a ledger is added to, never changed' USING ERRCODE = '55000';
END
$refuse$;
REVOKE ALL ON FUNCTION signalbox.refuse_change FROM PUBLIC;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON signalbox.plugin_migrations
  FOR EACH STATEMENT EXECUTE FUNCTION signalbox.refuse_change();

-- Names that tell nothing: every role may list all roles of the server.
CREATE OR REPLACE FUNCTION signalbox.new_role_name() RETURNS name LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT ('sb_' || left(replace(gen_random_uuid()::text, '-', ''), 24))::name;
END;
REVOKE ALL ON FUNCTION signalbox.new_role_name FROM PUBLIC;

-- The tenant of whoever logged in. SET ROLE and settings do not change session_user.
CREATE OR REPLACE FUNCTION signalbox.current_tenant() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
BEGIN ATOMIC
  SELECT roles.tenant FROM signalbox.roles
   WHERE roles.role_name = session_user AND roles.kind = 'tenant' AND roles.is_enabled;
END;

-- Adds the host's walls to every table of a schema and refuses what would get around them.
CREATE OR REPLACE FUNCTION signalbox.seal_schema(sealed signalbox.plugins) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $seal$
DECLARE
  space oid := (SELECT oid FROM pg_namespace WHERE nspname = sealed.schema_name);
  owner oid := (SELECT oid FROM pg_roles WHERE rolname = sealed.owner_role);
  relation record;
  fault text;
BEGIN
  FOR relation IN SELECT * FROM pg_class WHERE relnamespace = space AND relkind = 'r' LOOP
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation.oid AND attname = 'tenant'
                    AND atttypid = 'text'::regtype AND attnotnull AND NOT attisdropped) THEN
      RAISE EXCEPTION 'the table % has no column "tenant text not null"', relation.relname;
    END IF;
    -- Every statement is about the rows of one tenant; so is the measuring of what a tenant has.
    IF NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
                    WHERE i.indrelid = relation.oid AND i.indpred IS NULL AND a.attname = 'tenant'
                      AND i.indkey[0] = a.attnum) THEN
      EXECUTE format('CREATE INDEX signalbox_tenant_%s ON %I.%I (tenant)',
                     relation.oid, sealed.schema_name, relation.relname);
    END IF;
    CONTINUE WHEN relation.relrowsecurity;
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY,
                      ALTER COLUMN tenant SET DEFAULT signalbox.current_tenant()',
                   sealed.schema_name, relation.relname);
    -- The sub-select is evaluated once a statement, not once a row.
    EXECUTE format('CREATE POLICY signalbox_tenant ON %I.%I TO %I
                      USING (tenant = (SELECT signalbox.current_tenant()))
                      WITH CHECK (tenant = (SELECT signalbox.current_tenant()))',
                   sealed.schema_name, relation.relname, sealed.access_role);
    -- A backfill crosses tenants; nobody but the migration runner can become the owner.
    EXECUTE format('CREATE POLICY signalbox_owner ON %I.%I TO %I USING (true) WITH CHECK (true)',
                   sealed.schema_name, relation.relname, sealed.owner_role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.%I TO %I',
                   sealed.schema_name, relation.relname, sealed.access_role);
  END LOOP;
  -- Not those of the host's own tables: nextval takes any text, so the gate cannot see which one is meant.
  FOR relation IN SELECT * FROM pg_class WHERE relnamespace = space AND relkind = 'S'
                     AND NOT starts_with(relname, 'signalbox_') LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE %I.%I TO %I',
                   sealed.schema_name, relation.relname, sealed.access_role);
  END LOOP;

  SELECT found.what INTO fault FROM (
    SELECT format('%s is no plain table, index or sequence', relname) AS what
      FROM pg_class WHERE relnamespace = space AND relkind NOT IN ('r', 'i', 'S')
    UNION ALL
    SELECT format('%s belongs to another role', relname)
      FROM pg_class WHERE relnamespace = space AND relowner <> owner
    UNION ALL
    SELECT format('the row security of %s was changed', relname)
      FROM pg_class WHERE relnamespace = space AND relkind = 'r'
       AND (SELECT array_agg(polname ORDER BY polname) FROM pg_policy WHERE polrelid = pg_class.oid)
           IS DISTINCT FROM ARRAY['signalbox_owner', 'signalbox_tenant']::name[]
    UNION ALL
    SELECT format('the row security of %s was changed', relname)
      FROM pg_class WHERE relnamespace = space AND relkind = 'r'
       AND NOT (relrowsecurity AND relforcerowsecurity)
    UNION ALL
    SELECT format('the unique index %s leaves the tenant out', i.indexrelid::regclass)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = space AND c.relkind = 'r' AND (i.indisunique OR i.indisexclusion)
       AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant'
                        AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))
    UNION ALL
    SELECT format('the foreign key %s does not pair tenant with tenant', conname)
      FROM pg_constraint k WHERE k.connamespace = space AND k.contype = 'f'
       AND NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) AS pair (own, other)
                         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own
                         JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.other
                        WHERE a.attname = 'tenant' AND b.attname = 'tenant')
    UNION ALL
    SELECT format('there is a function %s', proname) FROM pg_proc WHERE pronamespace = space
    UNION ALL
    SELECT format('there is a trigger %s', tgname)
      FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
     WHERE relnamespace = space AND NOT tgisinternal
    UNION ALL
    SELECT format('there is a rule %s', rulename)
      FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class WHERE relnamespace = space
    UNION ALL
    SELECT format('%s inherits', inhrelid::regclass)
      FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE relnamespace = space AND relkind = 'r'
  ) AS found LIMIT 1;
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION '%', fault;
  END IF;
END
$seal$;
REVOKE ALL ON FUNCTION signalbox.seal_schema FROM PUBLIC;

-- Ends a step: walls and ledger row in the step's own transaction. Which plugin follows from who logged in.
CREATE OR REPLACE FUNCTION signalbox.record_step(
  step text, version text, checksum text, expand_sql text, down_sql text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $record$
DECLARE
  migrated signalbox.plugins;
BEGIN
  SELECT plugins.* INTO STRICT migrated
    FROM signalbox.plugins JOIN signalbox.roles ON roles.plugin = plugins.plugin
   WHERE roles.role_name = session_user AND roles.kind = 'migrator';
  PERFORM signalbox.seal_schema(migrated);
  INSERT INTO signalbox.plugin_migrations (plugin, step, version, checksum, expand_sql, down_sql)
    VALUES (migrated.plugin, step, version, checksum, expand_sql, down_sql);
END
$record$;
REVOKE ALL ON FUNCTION signalbox.record_step FROM PUBLIC;
`
