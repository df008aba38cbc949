/**
 * The schema `signalbox_outbox` of the plugins' database: one outbox a plugin, named as the plugin's own schema.
 *
 * Plugins have no right on these tables. What a tenant's role may do is call `put`, which wants the host's
 * secret: the host calls it within a plugin's transaction, with events it has checked; a plugin that called it
 * itself, past the SQL gate, would publish whatever it likes.
 *
 *   outboxes   a row an outbox: who drains it holds that row
 *   door       the SHA-256 of the host's secret
 */
export const outboxSql = `
CREATE SCHEMA IF NOT EXISTS signalbox_outbox;
REVOKE ALL ON SCHEMA signalbox_outbox FROM PUBLIC;

CREATE TABLE IF NOT EXISTS signalbox_outbox.outboxes (outbox name PRIMARY KEY);
CREATE TABLE IF NOT EXISTS signalbox_outbox.door (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  secret_sha256 bytea NOT NULL
);

CREATE OR REPLACE FUNCTION signalbox_outbox.make(outbox name) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $make$
BEGIN
  EXECUTE format('CREATE TABLE IF NOT EXISTS signalbox_outbox.%I (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL,
    event text NOT NULL
  )', outbox);
  INSERT INTO signalbox_outbox.outboxes VALUES (outbox) ON CONFLICT DO NOTHING;
END
$make$;
REVOKE ALL ON FUNCTION signalbox_outbox.make FROM PUBLIC;

-- Plugin and tenant follow from who logged in, never from what is said.
CREATE OR REPLACE FUNCTION signalbox_outbox.put(secret text, events text[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $put$
DECLARE
  publisher record;
BEGIN
  IF sha256(convert_to(secret, 'UTF8')) IS DISTINCT FROM (SELECT secret_sha256 FROM signalbox_outbox.door) THEN
    RAISE EXCEPTION 'only the host publishes' USING ERRCODE = '42501';
  END IF;
  SELECT plugins.schema_name, roles.tenant INTO STRICT publisher
    FROM signalbox.roles JOIN signalbox.plugins USING (plugin)
   WHERE roles.role_name = session_user AND roles.kind = 'tenant' AND roles.is_enabled;
  EXECUTE format('INSERT INTO signalbox_outbox.%I (tenant, event)
    SELECT $1, event FROM unnest($2) WITH ORDINALITY AS put (event, n) ORDER BY n', publisher.schema_name)
    USING publisher.tenant, events;
END
$put$;
REVOKE ALL ON FUNCTION signalbox_outbox.put FROM PUBLIC;
`

/**
 * Who may call `put`, and outboxes of plugins that were installed before there were any.
 * @param connectRole every tenant's role is a member of it
 */
export function outboxRightsSql(connectRole: string): string {
  return `
    GRANT USAGE ON SCHEMA signalbox_outbox TO ${connectRole};
    GRANT EXECUTE ON FUNCTION signalbox_outbox.put TO ${connectRole};
    SELECT signalbox_outbox.make(schema_name) FROM signalbox.plugins
     WHERE schema_name NOT IN (SELECT outbox FROM signalbox_outbox.outboxes);
  `
}
