import { type AttemptRow, call, type From, type Known } from '../attempt-row.ts'

type Sql = (known: Known) => string

const query = (from: From, name: string, sql: Sql, worksFor?: 'victim' | 'twin'): AttemptRow => ({
  name,
  capability: 'db:own',
  from,
  after: 'rows',
  tries: (known) => call('db.query', sql(known)),
  ...(worksFor === undefined ? {} : { worksFor }),
})

const statements = (
  name: string,
  from: From,
  sql: Sql,
  options: (known: Known) => object = () => ({}),
): AttemptRow => ({
  name,
  capability: 'db:own',
  from,
  after: 'rows',
  tries: (known) =>
    call('db.transaction', [{ sql: 'select 1 as one' }, { sql: sql(known) }], options(known)),
})

const hidden = (sql: string) =>
  `select query_to_xml('${sql.replaceAll("'", "''")}', true, true, '')`
const victims: Sql = ({ victim }) => `select body from ${victim.schema}.kept`

export const databaseAttempts: readonly AttemptRow[] = [
  query('stranger', 'all rows of its own table', () => 'select * from kept', 'twin'),
  query(
    'stranger',
    "another tenant's rows by its name",
    () => "select body from kept where tenant = 'acme'",
    'twin',
  ),
  query(
    'stranger',
    'a condition that is always true',
    () => "select body from kept where tenant = 'acme' or true",
    'twin',
  ),
  query(
    'stranger',
    'rows through an aggregate',
    () => "select string_agg(body, ',') from kept where tenant <> 'globex'",
  ),
  query(
    'stranger',
    'rows through a subquery in returning',
    () =>
      "insert into kept (kind, body) values ('x', 'y') on conflict do nothing returning (select string_agg(body, ',') from kept where tenant = 'acme')",
  ),
  query(
    'stranger',
    'rows locked for update',
    () => 'select body from kept order by tenant for update',
  ),
  query(
    'stranger',
    'the statistics of its table',
    () => "select * from pg_stats where tablename = 'kept'",
  ),
  query(
    'stranger',
    'a row written for another tenant',
    () => "insert into kept (tenant, kind, body) values ('acme', 'x', 'planted')",
  ),
  query(
    'stranger',
    'what a conflict says of a row',
    ({ twin }) =>
      `insert into kept (tenant, kind, body) values ('acme', 'row', '${twin.row}') on conflict (tenant, kind, body) do update set body = kept.body returning kept.body`,
  ),
  query(
    'stranger',
    "another tenant's rows updated",
    () => "update kept set body = 'gone' where tenant = 'acme' returning body",
  ),
  query(
    'stranger',
    "another tenant's rows deleted",
    () => "delete from kept where tenant = 'acme' returning body",
  ),
  query(
    'stranger',
    'rows moved to another tenant',
    () => "update kept set tenant = 'acme' where kind = 'row'",
  ),
  query(
    'stranger',
    'a merge into another tenant',
    () => "merge into kept using (select 1) s on kept.tenant = 'acme' when matched then delete",
  ),
  query(
    'stranger',
    'the row policy switched off',
    () => 'alter table kept disable row level security',
  ),
  query('stranger', "the tenant's role of acme", ({ twin }) => `set role ${twin.role}`),
  query(
    'stranger',
    'another role by a function',
    ({ twin }) => `select set_config('role', '${twin.role}', false)`,
  ),
  query(
    'stranger',
    'a setting of row security',
    () => "select set_config('row_security', 'off', false), body from kept",
  ),
  query('stranger', 'SQL hidden in a text', () =>
    hidden("select body from kept where tenant = 'acme'"),
  ),
  query('stranger', 'what others run', () => 'select query from pg_stat_activity'),
  query('stranger', 'a file of the server', () => "select pg_read_file('postgresql.conf')"),
  query('neighbour', "another plugin's table", victims),
  query(
    'neighbour',
    "another plugin's table, in a join",
    ({ victim }) => `select v.body from kept, ${victim.schema}.kept v`,
  ),
  query('neighbour', "another plugin's table, hidden in a text", (known) => hidden(victims(known))),
  query(
    'neighbour',
    "another plugin's whole schema as XML",
    ({ victim }) => `select schema_to_xml('${victim.schema}', true, true, '')`,
  ),
  query(
    'neighbour',
    "another plugin's table written to",
    ({ victim }) => `insert into ${victim.schema}.kept (kind, body) values ('x', 'planted')`,
  ),
  query(
    'neighbour',
    "another plugin's table emptied",
    ({ victim }) => `delete from ${victim.schema}.kept`,
  ),
  query(
    'neighbour',
    "another plugin's table dropped",
    ({ victim }) => `drop table ${victim.schema}.kept`,
  ),
  query(
    'neighbour',
    "another plugin's table copied to a program",
    ({ victim }) => `copy ${victim.schema}.kept to program 'cat'`,
  ),
  query('neighbour', 'the look-up table of roles', () => 'select * from signalbox.roles'),
  query('neighbour', 'passwords of roles', () => 'select rolname, rolpassword from pg_authid'),
  query('neighbour', "the host's outbox", () => 'select * from signalbox_outbox.events'),
  query(
    'neighbour',
    "another plugin's event in the host's outbox",
    () => "select signalbox_outbox.put('x', array['{}'])",
  ),
  query(
    'neighbour',
    'a search path that leads elsewhere',
    ({ victim }) => `select set_config('search_path', '${victim.schema}', false)`,
  ),
  query(
    'neighbour',
    'a view onto another plugin',
    ({ victim }) => `create view peek as select * from ${victim.schema}.kept`,
  ),
  query(
    'neighbour',
    'two statements in one',
    ({ victim }) => `select 1; select body from ${victim.schema}.kept`,
  ),
  query(
    'neighbour',
    'a link to another database',
    () =>
      "select * from dblink('dbname=signalbox', 'select sealed from secret_versions') as t(x text)",
  ),
  statements(
    'the third statement reads another tenant',
    'stranger',
    () => "select body from kept where tenant = 'acme'",
  ),
  statements('a transaction reads another plugin', 'neighbour', victims),
  statements(
    'a transaction becomes another role',
    'stranger',
    ({ twin }) => `set local role ${twin.role}`,
  ),
  statements(
    'a transaction publishes for another plugin',
    'neighbour',
    () => 'select 2 as two',
    () => ({ events: [{ type: 'victim.told', data: { note: 'forged' } }] }),
  ),
  {
    name: "a batch writes another tenant's rows",
    capability: 'db:own',
    from: 'stranger',
    after: 'effect',
    tries: () =>
      call('db.batch', 'insert into kept (tenant, kind, body) values ($1, $2, $3)', [
        ['globex', 'x', 'fine'],
        ['acme', 'x', 'planted'],
      ]),
  },
  {
    name: "a batch empties another plugin's table",
    capability: 'db:own',
    from: 'neighbour',
    after: 'effect',
    tries: ({ victim }) =>
      call('db.batch', `delete from ${victim.schema}.kept where kind = $1`, [['row'], ['event']]),
  },
  {
    name: 'parameters that are another thing at the second look',
    capability: 'db:own',
    from: 'neighbour',
    after: 'rows',
    tries: () => call('shifty', 'select body from kept where kind = $1'),
  },
  {
    name: "a shape of a table of another tenant's plugin",
    capability: 'db:inspect',
    from: 'stranger',
    after: 'table',
    tries: () => call('db.inspect', { plugin: '@victim/one' }),
    worksFor: 'victim',
  },
  {
    name: 'the shapes of all tables',
    capability: 'db:inspect',
    from: 'stranger',
    after: 'table',
    tries: () => call('db.inspect', {}),
    worksFor: 'twin',
  },
  {
    name: 'a plugin whose name is SQL',
    capability: 'db:inspect',
    from: 'stranger',
    after: 'table',
    tries: () => call('db.inspect', { plugin: "x' or 'a' = 'a" }),
  },
  {
    name: 'a cursor of its own making',
    capability: 'db:inspect',
    from: 'stranger',
    after: 'table',
    tries: () =>
      call('db.inspect', { cursor: Buffer.from('["@victim/one","kept"]').toString('base64url') }),
  },
]
