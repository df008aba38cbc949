import { CodedError } from '@signalbox/sdk/errors'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import pg from 'pg'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { Broker } from '../../src/broker/broker.ts'
import type { CallScope } from '../../src/broker/call-scope.ts'
import { PluginDatabases } from '../../src/broker/db/plugin-databases.ts'
import { cutPage } from '../../src/broker/db/schema-catalogue.ts'
import { dbCalls } from '../../src/broker/db-calls.ts'
import { type GrantUse, NONE_COVERS } from '../../src/broker/uses/grant-uses.ts'
import { emptySnapshot, type Grant, tenantKey } from '../../src/rollout/routing/snapshot.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

const noEvents = () => ({
  inTransaction: async () => ({ statements: [], onCommitted: () => undefined }),
})

const { pluginUrl } = await testEmptyDatabase(t)
const log = { warn: () => undefined }
const schemas = await PluginDatabases.start({ url: pluginUrl, clusterSecret: 'a secret', log })
const admin = new pg.Pool({ connectionString: pluginUrl, max: 2 })
t.teardown(async () => {
  await schemas.stop()
  await admin.end()
})

const grants = (...capabilities: string[]): Grant[] =>
  capabilities.map((capability) => ({
    id: `grt_${capability}`,
    capability,
    parameters: { quotaMb: 1 },
  }))
const uses: GrantUse[] = []
let clock = 0
const broker = new Broker({
  snapshot: () => ({
    ...emptySnapshot,
    grants: new Map([
      [tenantKey('acme', 'store'), grants('db:own', 'db:inspect')],
      [tenantKey('globex', 'store'), grants('db:own')],
      [tenantKey('globex', 'looker'), grants('db:inspect')],
    ]),
  }),
  calls: dbCalls(schemas, noEvents, Date.now),
  limiter: new RateLimiter(() => clock),
  effects: { record: () => Promise.resolve() },
  onUse: (use) => uses.push(use),
})
const silence = new AbortController().signal

async function ask(name: string, request: unknown, tenant = 'acme', plugin = 'store') {
  // A second apart, so that no budget is in the way unless a test wants it.
  clock += 1000
  const version = { plugin, version: '1.0.0' }
  const scope = { tenant, version, deadline: Date.now() + 60_000 } as unknown as CallScope
  return JSON.parse(await broker.hostCall(scope, name, JSON.stringify(request), silence))
}

const step = (table: string) => ({
  name: `0001-${table}`,
  expandSql: `CREATE TYPE state AS ENUM ('new', 'old');
    CREATE TABLE ${table} (tenant text NOT NULL, id int NOT NULL, price numeric(12, 2), states state[], state state,
      PRIMARY KEY (tenant, id));
    CREATE TABLE bare (tenant text NOT NULL, "Odd ""name""" text)`,
  downSql: `DROP TABLE bare; DROP TABLE ${table}; DROP TYPE state`,
})

t.before(async () => {
  for (const plugin of ['store', 'books', 'empty']) {
    await schemas.migrate(plugin, '1.0.0', plugin === 'empty' ? [] : [step(plugin)])
  }
  for (const [plugin, tenant] of [
    ['store', 'acme'],
    ['books', 'acme'],
    ['empty', 'acme'],
    ['store', 'globex'],
  ] as const) {
    await schemas.enableTenant(plugin, tenant)
  }
})

const bare = {
  table: 'bare',
  columns: [
    { name: 'tenant', type: 'text', nullable: false },
    { name: 'Odd "name"', type: 'text', nullable: true },
  ],
  primaryKey: [],
}
const keyed = {
  columns: [
    { name: 'tenant', type: 'text', nullable: false },
    { name: 'id', type: 'integer', nullable: false },
    { name: 'price', type: 'numeric(12,2)', nullable: true },
    { name: 'states', type: 'state[]', nullable: true },
    { name: 'state', type: 'state', nullable: true },
  ],
  primaryKey: ['tenant', 'id'],
}

t.test('the catalogue shows the shape of the tables that the tenant has enabled', async (t) => {
  await ask('db.query', { sql: 'INSERT INTO store (id) VALUES (1)' })
  t.strictSame(await ask('db.inspect', {}), {
    tables: [
      { plugin: 'books', ...bare },
      { plugin: 'books', table: 'books', ...keyed },
      { plugin: 'store', ...bare },
      { plugin: 'store', table: 'store', ...keyed },
    ],
    cursor: null,
  })
  t.same((await ask('db.inspect', { plugin: 'books' })).tables.length, 2)
  t.same(await ask('db.inspect', { plugin: 'nobody' }), { tables: [], cursor: null })
})

t.test(
  'another tenant’s plugins do not exist, and neither do one’s own without a grant',
  async (t) => {
    const { tables } = await ask('db.inspect', {}, 'globex', 'looker')
    t.same([...new Set(tables.map(({ plugin }: { plugin: string }) => plugin))], ['store'])
    t.same((await ask('db.inspect', { plugin: 'books' }, 'globex', 'looker')).tables, [])
    uses.length = 0
    await t.rejects(ask('db.inspect', {}, 'globex'), { code: 'CORE_GRANT_MISSING' })
    const refused = { plugin: 'store', capability: 'db:inspect', outcome: 'CORE_GRANT_MISSING' }
    t.match(uses, [{ ...refused, grant: NONE_COVERS }], 'it is counted, as the use of no grant')
    t.equal(uses.length, 1)
    for (const [name, request] of [
      ['db.query', { sql: 'SELECT 1' }],
      ['db.batch', { sql: 'SELECT 1', parameterRows: [[]] }],
      ['db.transaction', { statements: [{ sql: 'SELECT 1' }] }],
    ] as const) {
      await t.rejects(ask(name, request, 'globex', 'looker'), { code: 'CORE_GRANT_MISSING' })
    }
  },
)

t.test('a disabled plugin is not shown, and what is the host’s never is', async (t) => {
  const { rows } = await admin.query(
    `SELECT schema_name FROM signalbox.plugins WHERE plugin = 'books'`,
  )
  await admin.query(`CREATE TABLE ${rows[0].schema_name}.signalbox_outbox (tenant text NOT NULL)`)
  t.same((await ask('db.inspect', { plugin: 'books' })).tables.length, 2)
  await admin.query(`DROP TABLE ${rows[0].schema_name}.signalbox_outbox`)
  await schemas.disableTenant('books', 'acme')
  t.same((await ask('db.inspect', { plugin: 'books' })).tables, [])
  await schemas.enableTenant('books', 'acme')
})

t.test('pages lead through every table once', async (t) => {
  const tables = Array.from(
    { length: 120 },
    (_, n) => `CREATE TABLE t${n} (tenant text NOT NULL)`,
  ).join(';')
  await schemas.migrate('many', '1.0.0', [{ name: '0001', expandSql: tables, downSql: '' }])
  await schemas.enableTenant('many', 'acme')
  const seen: string[] = []
  let cursor: string | null | undefined
  let pages = 0
  while (cursor !== null) {
    const page = await ask('db.inspect', { plugin: 'many', ...(cursor ? { cursor } : {}) })
    seen.push(...page.tables.map(({ table }: { table: string }) => table))
    cursor = page.cursor
    pages++
  }
  t.equal(pages, 3)
  t.equal(new Set(seen).size, 120)
  t.equal(seen.length, 120)
  await schemas.dropPlugin('many')
})

t.test('a page holds at least one table, and no more columns than fit', async (t) => {
  const table = (name: string, columns: number) => ({
    plugin: 'p',
    table: name,
    columns: Array(columns).fill({ name: 'a', type: 'text', nullable: true }),
    primaryKey: [],
  })
  const found = [table('a', 5), table('b', 1), table('c', 9)]
  t.same(cutPage(found, 10, 6).next, { plugin: 'p', table: 'b' })
  t.same(cutPage(found, 10, 1).next, { plugin: 'p', table: 'a' })
  t.same(cutPage(found, 2, 100).next, { plugin: 'p', table: 'b' })
  t.same(cutPage(found, 10, 100).next, undefined)
})

t.test('who looks too often waits', async (t) => {
  clock += 1_000_000
  const looks = Array.from({ length: 110 }, async () => {
    clock -= 1000
    return ask('db.inspect', { plugin: 'store' })
  })
  const ended = await Promise.allSettled(looks)
  const refused = ended.filter((one) => one.status === 'rejected')
  t.equal(refused.length, 10)
  t.match(refused[0]?.reason, { code: 'CORE_BUDGET_SPENT', retryAfterS: 1 })
})

t.test('what only reads may be run again, what may write not', async (t) => {
  const effect = (name: string, request: unknown) => broker.hasEffect(name, JSON.stringify(request))
  const read = { sql: ' select 1' }
  const write = { sql: 'update store set price = 1' }
  t.equal(effect('db.batch', { ...read, parameterRows: [[]] }), false)
  t.equal(effect('db.batch', { ...write, parameterRows: [[]] }), true)
  t.equal(effect('db.transaction', { statements: [read, read] }), false)
  t.equal(effect('db.transaction', { statements: [read, write] }), true)
  t.equal(effect('db.transaction', { statements: [read, { sql: 'select 1 for update' }] }), true)
  t.equal(effect('db.query', read), false)
  for (const sql of [`select nextval('no')`, `SELECT "nextval" ('no')`, `select setval('no', 1)`]) {
    t.equal(effect('db.query', { sql }), true, sql)
    t.equal(effect('db.transaction', { statements: [{ sql }] }), true, sql)
  }
  const escaped = `select U&"n\\0065xtval"('no')`
  t.equal(effect('db.query', { sql: escaped }), true, 'a name in escapes may be any')
  t.equal(effect('db.transaction', { statements: 'select 1' }), true, 'what cannot be told')
  t.equal(effect('db.inspect', {}), false)
})

t.test('each use is told with its grant and how it ended', async (t) => {
  uses.length = 0
  await ask('db.batch', { sql: 'SELECT 1', parameterRows: [[], []] })
  await t.rejects(ask('db.transaction', { statements: [{ sql: 'COMMIT' }] }))
  t.match(uses, [
    { capability: 'db:own', grant: 'grt_db:own', facet: 'db.batch', outcome: 'done' },
    { facet: 'db.transaction', outcome: 'CORE_SQL_REFUSED' },
  ])
})

const sqlText = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'SELECT 1',
    'SELECT $1::text',
    'INSERT INTO store (id) VALUES ($1)',
    `INSERT INTO store (tenant, id) VALUES ('globex', $1)`,
    'UPDATE store SET price = $1',
    'DELETE FROM store',
    'DELETE FROM store; COMMIT',
    'SELECT * FROM signalbox.roles',
  ),
)
const sometimesWrong = <Value>(right: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 6, arbitrary: right as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.jsonValue() },
  )
const list = fc.array(fc.oneof(fc.jsonValue(), fc.integer()), { maxLength: 3 })
const requests = {
  'db.query': fc.record({ sql: sometimesWrong(sqlText), parameters: sometimesWrong(list) }),
  'db.batch': fc.record({
    sql: sometimesWrong(sqlText),
    parameterRows: sometimesWrong(fc.array(sometimesWrong(list), { maxLength: 3 })),
  }),
  'db.transaction': fc.record({
    statements: sometimesWrong(
      fc.array(
        sometimesWrong(
          fc.record(
            {
              sql: sometimesWrong(sqlText),
              parameters: sometimesWrong(list),
              rows: sometimesWrong(fc.nat(2)),
            },
            { requiredKeys: ['sql'] },
          ),
        ),
        { maxLength: 4 },
      ),
    ),
  }),
  'db.inspect': fc.record(
    {
      plugin: sometimesWrong(fc.constantFrom('store', 'books', "'")),
      cursor: sometimesWrong(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
          fc
            .tuple(fc.string(), fc.string())
            .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
        ),
      ),
    },
    { requiredKeys: [] },
  ),
} as const

const right = {
  'db.query': { sql: 'SELECT 1' },
  'db.batch': { sql: 'DELETE FROM store WHERE id = $1', parameterRows: [[1], [2]] },
  'db.transaction': { statements: [{ sql: 'SELECT 1', rows: 1 }, { sql: 'SELECT id FROM store' }] },
  'db.inspect': {},
} as const

t.test(
  'whatever is asked, the answer is a value or a coded refusal, and nobody else’s',
  async (t) => {
    const globex = () => ask('db.query', { sql: 'SELECT id, price FROM store' }, 'globex')
    await ask('db.query', { sql: 'INSERT INTO store (id) VALUES (7)' }, 'globex')
    const before = await globex()
    for (const name of Object.keys(requests) as (keyof typeof requests)[]) {
      const request = fc.oneof(
        { weight: 1, arbitrary: fc.constant(right[name]) },
        { weight: 9, arbitrary: requests[name] as fc.Arbitrary<unknown> },
      )
      const codes = new Set<string>()
      await fc.assert(
        fc.asyncProperty(sometimesWrong(request), async (body) => {
          try {
            const answer = JSON.stringify(await ask(name, body))
            codes.add('answered')
            return !answer.includes('globex')
          } catch (error) {
            // The broker's own door: a key that would reach a prototype.
            if (error instanceof SyntaxError) return true
            if (!(error instanceof CodedError)) throw error
            codes.add(error.code)
            return error.code !== 'CORE_DATABASE_UNAVAILABLE' && error.status < 500
          }
        }),
        { numRuns: 100 },
      )
      t.ok(codes.has('answered') && codes.has('CORE_INPUT_INVALID'), `${name}: ${[...codes]}`)
    }
    t.same(await globex(), before)
  },
)
