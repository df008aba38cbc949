import { loadModule } from 'libpg-query'
import t from 'tap'
import { judgeText } from '../../src/broker/db/judge-text.ts'
import { SqlJudge } from '../../src/broker/db/sql-judge.ts'

await loadModule()
const judge = (sql: string) => {
  const { verdict } = judgeText({ purpose: 'query', sql })
  return verdict && 'refusal' in verdict ? 'refused' : verdict?.writes ? 'writes' : 'reads'
}

const faultsOf = (sql: string, purpose: 'expand' | 'down' = 'expand') =>
  judgeText({ purpose, sql }).faults ?? []

const cases: Readonly<Record<'reads' | 'writes' | 'refused', readonly string[]>> = {
  reads: [
    'SELECT * FROM models WHERE sku = $1 FOR UPDATE',
    'TABLE models',
    'VALUES (1)',
    'WITH m AS (SELECT * FROM models) SELECT count(*) FROM m',
    `SELECT extract(year FROM now()), substring('a' FROM 1), now() AT TIME ZONE 'utc', trim(a),
       position('a' IN b), overlay(a PLACING b FROM 1), a::int, b::numeric(3, 1), ARRAY[1]::text[],
       d COLLATE "C", interval '1 day', row_number() OVER (PARTITION BY b ORDER BY c) FROM models`,
    `SELECT * FROM json_table('{}', '$' COLUMNS (a int PATH '$.a'))`,
    `SELECT to_tsvector('a') @@ to_tsquery('b')`,
    'SELECT * FROM models TABLESAMPLE system (1)',
    'SELECT * FROM unnest($1::text[]) AS sku',
    `SELECT 'DROP TABLE models; COMMIT' /* ; DELETE FROM models */ -- ; DELETE`,
  ],
  writes: [
    'INSERT INTO models VALUES (1) RETURNING *',
    'UPDATE models SET sku = $1',
    'DELETE FROM models',
    'MERGE INTO models USING new ON models.id = new.id WHEN MATCHED THEN DELETE',
    'WITH gone AS (DELETE FROM models RETURNING *) SELECT * FROM gone',
    'INSERT INTO models (sku) VALUES ($1) ON CONFLICT (tenant, sku) DO UPDATE SET sku = excluded.sku',
  ],
  refused: [
    '',
    '-- nothing',
    'selec',
    'SELECT 1; SELECT 2',
    'SELECT 1\0; SELECT 2',
    'CREATE TABLE a (b int)',
    'EXPLAIN ANALYZE SELECT 1',
    'BEGIN',
    'SET ROLE a',
    'COPY models TO STDOUT',
    'DO $$ BEGIN END $$',
    'LISTEN a',
    'PREPARE a AS SELECT 1',
    'DECLARE a CURSOR FOR SELECT 1',
    'SELECT * INTO a FROM models',
    'SELECT * FROM other.models',
    'SELECT * FROM public.models',
    'SELECT * FROM pg_class',
    'SELECT * FROM pg_catalog.pg_class',
    'SELECT * FROM information_schema.tables',
    'INSERT INTO other.models VALUES (1)',
    'SELECT other.function(1)',
    'SELECT pg_sleep(1)',
    'SELECT pg_catalog.pg_sleep(1)',
    'SELECT "pg_sleep"(1)',
    'SELECT * FROM pg_sleep(1)',
    'SELECT 1 FROM models ORDER BY pg_sleep(1)',
    'INSERT INTO models (sku) VALUES (set_config($1, $2, false))',
    'WITH a AS (SELECT lo_create(0)) SELECT * FROM a',
    `SELECT 'models'::regclass`,
    `SELECT regclass 'models'`,
    `SELECT ARRAY['models']::regrole[]`,
    'SELECT CAST(1 AS other.type)',
    'SELECT 1 OPERATOR(other.+) 2',
    'SELECT 1 ORDER BY 1 USING OPERATOR(other.<)',
    'SELECT 1 = ANY (SELECT 1) OR 1 OPERATOR(other.=) ANY (SELECT 1)',
    'SELECT a COLLATE other.c FROM models',
    'DELETE FROM models WHERE CURRENT OF a',
    'SELECT * FROM signalbox_outbox',
    'SELECT * FROM Signalbox_Outbox',
    'INSERT INTO signalbox_outbox VALUES (1)',
    'SELECT json_populate_record(NULL::signalbox_outbox, $1)',
    'SELECT (signalbox_outbox).body FROM models AS signalbox_outbox',
  ],
}

for (const [expected, statements] of Object.entries(cases)) {
  t.test(
    `the gate tells what is ${expected === 'refused' ? 'refused' : `a text that ${expected}`}`,
    async (t) => {
      for (const sql of statements) t.equal(judge(sql), expected, JSON.stringify(sql.slice(0, 80)))
    },
  )
}

t.test('the gate tells what a statement may make more of', async (t) => {
  const growthOf = (sql: string) => {
    const { verdict } = judgeText({ purpose: 'query', sql })
    return verdict && 'writes' in verdict ? verdict.growth : 'refused'
  }
  const grown = {
    'SELECT 1': undefined,
    'DELETE FROM models': undefined,
    'WITH gone AS (DELETE FROM models RETURNING *) SELECT * FROM gone': undefined,
    'UPDATE models SET sku = $1': 'bytes',
    'WITH gone AS (DELETE FROM a RETURNING *) UPDATE models SET sku = $1': 'bytes',
    'INSERT INTO models VALUES (1)': 'rows',
    'WITH new AS (INSERT INTO a VALUES (1) RETURNING b) DELETE FROM models': 'rows',
    'WITH new AS (INSERT INTO a VALUES (1) RETURNING b) UPDATE models SET sku = $1': 'rows',
    'MERGE INTO models USING new ON models.id = new.id WHEN NOT MATCHED THEN INSERT VALUES (1)':
      'rows',
  }
  for (const [sql, growth] of Object.entries(grown)) t.equal(growthOf(sql), growth, sql)
})

t.test('a step down may not take what is the host’s', async (t) => {
  for (const sql of [
    'DROP TABLE signalbox_outbox',
    'DROP INDEX signalbox_tenant_1',
    'DROP SEQUENCE signalbox_outbox_id_seq',
    'DROP TYPE signalbox_outbox',
    'ALTER TABLE signalbox_outbox DROP COLUMN b',
    'DELETE FROM signalbox_outbox',
  ]) {
    t.not(faultsOf(sql, 'down').length, 0, sql)
  }
})

t.test('a text that is too long is refused, and a deep one harms nobody', async (t) => {
  const judge = new SqlJudge()
  t.teardown(() => judge.stop())
  const deep = `SELECT 1${'+1'.repeat(8000)}`
  const long = `SELECT '${'x'.repeat(40_000)}'`
  const nested = `SELECT ${'abs('.repeat(3000)}1${')'.repeat(3000)}`
  // Whether the parser's stack takes them depends on the machine; that it comes back does not.
  for (const sql of [deep, nested]) t.type(await judge.query(sql, 'p'), 'object')
  t.match(await judge.query(long, 'p'), { refusal: /longer than/ })
  t.same(await judge.query('SELECT 1', 'p'), { writes: false })
})

t.test('a read that moves a sequence is told from one that leaves nothing', async (t) => {
  const judge = new SqlJudge()
  t.teardown(() => judge.stop())
  for (const sql of [`SELECT nextval('s')`, `SELECT 1 WHERE pg_catalog."nextval"('s') > 0`]) {
    t.same(await judge.query(sql, 'p'), { writes: false, movesSequence: true }, sql)
  }
  t.same(await judge.query('SELECT currval($1)', 'p'), { writes: false })
})

t.test('a crowd of slow texts is judged to the end, and delays others by one text', async (t) => {
  // Forty of them take longer than one text may.
  const judge = new SqlJudge({ timeoutMs: 2000 })
  t.teardown(() => judge.stop())
  await judge.query('SELECT 1', 'warm')
  const order: string[] = []
  const ask = async (sql: string, plugin: string) => {
    const verdict = await judge.query(sql, plugin)
    order.push(plugin)
    return verdict
  }
  const slow = (n: number) => `SELECT ${n}${', 1'.repeat(8000)}`
  const crowd = Array.from({ length: 40 }, (_, n) => ask(slow(n), 'crowd'))
  t.same(await ask('SELECT 2', 'other'), { writes: false })
  t.ok(order.length <= 3, 'the other plugin had its turn next')
  for (const verdict of await Promise.all(crowd)) t.same(verdict, { writes: false })
})

t.test('only the text that the thread was lost over is refused', async (t) => {
  const judge = new SqlJudge({ timeoutMs: 2500 })
  t.teardown(() => judge.stop())
  // Each refused statement is told with its line, which is counted from the first byte: minutes, on any machine.
  const slow = `/*${'-'.repeat(10_000_000)}*/ ${'VACUUM;'.repeat(40_000)}`
  const endless = judge.migration(slow, 'expand', 'guilty')
  const innocent = ['SELECT 3', 'SELECT 4'].map((sql) => judge.query(sql, 'innocent'))
  t.match(await endless, [{ detail: /did not come to an end/ }])
  t.same(await Promise.all(innocent), [{ writes: false }, { writes: false }])
})

t.test('more waiting texts of one plugin than anyone needs are refused, not kept', async (t) => {
  const judge = new SqlJudge()
  t.teardown(() => judge.stop())
  const verdicts = await Promise.all(
    Array.from({ length: 300 }, (_, n) => judge.query(`SELECT ${n}`, 'crowd')),
  )
  const refused = verdicts.filter((verdict) => 'refusal' in verdict)
  t.equal(refused.length, 44)
  t.match(refused[0], { refusal: /too many new statements/ })
  t.same(await judge.query('SELECT 299', 'crowd'), { writes: false }, 'and may be asked again')
})

t.test('a migration may make tables, indexes, sequences and enums, and fill them', async (t) => {
  const sql = `
    CREATE TYPE state AS ENUM ('new', 'fitted');
    CREATE SEQUENCE numbers;
    CREATE TABLE series (tenant text NOT NULL, sku text NOT NULL, state state, PRIMARY KEY (tenant, sku));
    CREATE TABLE points (
      tenant text NOT NULL, sku text NOT NULL, at date NOT NULL, demand numeric CHECK (demand >= 0),
      UNIQUE (at, tenant, sku),
      FOREIGN KEY (tenant, sku) REFERENCES series (tenant, sku) ON DELETE CASCADE
    );
    CREATE INDEX ON points (at);
    CREATE UNIQUE INDEX one_a_day ON points (tenant, sku, at);
    ALTER TABLE series ADD COLUMN method text NOT NULL DEFAULT 'theta';
    ALTER TYPE state ADD VALUE 'retired';
    COMMENT ON TABLE series IS 'One per article';
    COMMENT ON COLUMN series.sku IS 'The article';
    UPDATE series SET method = 'ets' WHERE method IS NULL;`
  t.same(faultsOf(sql), [])
  t.same(faultsOf('DROP TABLE points; ALTER TABLE series DROP COLUMN method', 'down'), [])
  t.same(faultsOf('', 'down'), [])
})

const refusedSteps: Readonly<Record<string, readonly string[]>> = {
  'a table that two tenants would meet in': [
    'CREATE TABLE a (id int)',
    'CREATE TABLE a (tenant text)',
    'CREATE TABLE a (tenant varchar NOT NULL)',
    'CREATE TABLE a (tenant text[] NOT NULL)',
    `CREATE TABLE a (tenant text NOT NULL DEFAULT 'x')`,
    'CREATE TABLE a (tenant text NOT NULL, id int PRIMARY KEY)',
    'CREATE TABLE a (tenant text NOT NULL, id int UNIQUE)',
    'CREATE TABLE a (tenant text NOT NULL, id int, UNIQUE (id))',
    'CREATE TABLE a (tenant text NOT NULL, id int REFERENCES b)',
    'CREATE TABLE a (tenant text NOT NULL, b text, FOREIGN KEY (b) REFERENCES c (b))',
    'CREATE TABLE a (tenant text NOT NULL, b text, FOREIGN KEY (b, tenant) REFERENCES c (tenant, b))',
    'CREATE TABLE a (tenant text NOT NULL, b text, FOREIGN KEY (tenant, b) REFERENCES c)',
    'CREATE TABLE a (tenant text NOT NULL, b int, EXCLUDE USING gist (b WITH =))',
    'CREATE UNIQUE INDEX ON a (b)',
    'ALTER TABLE a ADD UNIQUE (b)',
    'ALTER TABLE a ADD COLUMN b int UNIQUE',
    'ALTER TABLE a ADD CONSTRAINT k PRIMARY KEY USING INDEX i',
    'ALTER TABLE a ALTER COLUMN tenant DROP NOT NULL',
    `ALTER TABLE a ALTER COLUMN tenant SET DEFAULT 'x'`,
  ],
  'a table that is no plain one': [
    'CREATE TEMP TABLE a (tenant text NOT NULL)',
    'CREATE UNLOGGED TABLE a (tenant text NOT NULL)',
    'CREATE TABLE a (tenant text NOT NULL) PARTITION BY LIST (tenant)',
    'CREATE TABLE a (tenant text NOT NULL) INHERITS (b)',
    'CREATE TABLE a (LIKE b INCLUDING ALL)',
    'CREATE TABLE a AS SELECT 1',
    'CREATE TABLE a (tenant text NOT NULL) TABLESPACE b',
  ],
  'names of the host': [
    'CREATE TABLE signalbox_outbox (tenant text NOT NULL)',
    "CREATE TYPE signalbox_outbox AS ENUM ('a')",
    'CREATE SEQUENCE signalbox_outbox_id_seq',
    'CREATE INDEX signalbox_tenant_1 ON a (b)',
    'CREATE TABLE a (tenant text NOT NULL, CONSTRAINT signalbox_outbox_pkey PRIMARY KEY (tenant))',
    'CREATE TABLE a (tenant text NOT NULL, b int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME signalbox_b))',
    'CREATE TABLE a (tenant text NOT NULL, b text, FOREIGN KEY (tenant, b) REFERENCES signalbox_outbox (tenant, b))',
    'CREATE TABLE a (tenant text NOT NULL, b signalbox_outbox)',
    'ALTER TABLE signalbox_outbox ADD COLUMN b int',
    'ALTER TABLE a ADD CONSTRAINT signalbox_b CHECK (b > 0)',
    'COMMENT ON TABLE signalbox_outbox IS NULL',
    'DROP INDEX signalbox_tenant_1',
    'INSERT INTO signalbox_outbox VALUES (1)',
    'INSERT INTO a (b) SELECT b FROM signalbox_outbox',
  ],
  'code and walls': [
    `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    'CREATE TRIGGER t BEFORE INSERT ON a EXECUTE FUNCTION f()',
    'CREATE VIEW a AS SELECT 1',
    'CREATE RULE r AS ON INSERT TO a DO NOTHING',
    'CREATE POLICY p ON a',
    'ALTER TABLE a DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE a NO FORCE ROW LEVEL SECURITY',
    'ALTER TABLE a OWNER TO b',
    'GRANT SELECT ON a TO b',
    'CREATE EXTENSION dblink',
    'DO $$ BEGIN END $$',
    'SET ROLE a',
    'RESET ROLE',
    'COMMIT',
    `INSERT INTO a (b) SELECT set_config('role', 'none', false)`,
    'CREATE TABLE a (tenant text NOT NULL, b int DEFAULT pg_backend_pid())',
    'CREATE TABLE other.a (tenant text NOT NULL)',
    'COMMENT ON ROLE a IS NULL',
    'COMMENT ON TABLE other.a IS NULL',
  ],
  'what an older version still reads': [
    'DROP TABLE a',
    'ALTER TABLE a DROP COLUMN b',
    'ALTER TABLE a RENAME TO b',
    'ALTER TABLE a RENAME COLUMN b TO c',
    'ALTER TABLE a ALTER COLUMN b TYPE text',
    'TRUNCATE a',
  ],
}

for (const [what, statements] of Object.entries(refusedSteps)) {
  t.test(`a migration may not touch ${what}`, async (t) => {
    for (const sql of statements) t.not(faultsOf(sql).length, 0, sql)
  })
}

t.test('a fault in a migration names the line it stands on', async (t) => {
  const sql = `-- 预测模型
CREATE TABLE a (tenant text NOT NULL);

/* a comment
   of two lines */
CREATE VIEW b AS
  SELECT 1;
CREATE TABLE c (tenant text NOT NULL,
  started int DEFAULT pg_backend_pid());
selec`
  t.same(
    faultsOf(sql).map((fault) => fault.line),
    [10],
    'a text that is no SQL has one place',
  )
  const parsed = sql.replace('selec', '')
  t.same(
    faultsOf(parsed).map((fault) => fault.line),
    [6, 9],
  )
})
