import pg from 'pg'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { nextCount, rowsOf, tablesOf } from '../../src/broker/db/plugin-rows.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

const { pluginUrl } = await testEmptyDatabase(t)
const pool = new pg.Pool({ connectionString: pluginUrl, max: 1 })
t.teardown(() => pool.end())
await pool.query(`
  create schema one;
  create table one."odd ""name" (tenant text, n int, bytes bytea, amount numeric);
  create table one.signalbox_own (tenant text);
  insert into one."odd ""name"
    select 'tenant-' || (n % 3), n, '\\x00ff', 12345678901234567890.123 from generate_series(1, 3000) n;
`)

t.test("the plugin's tables are listed, the host's are not", async (t) => {
  t.strictSame(await tablesOf(pool, 'one'), ['odd "name'])
  t.strictSame(await tablesOf(pool, 'two'), [])
})

t.test('every row comes once, tenant by tenant, exactly', async (t) => {
  const tenants: string[] = []
  const seen = new Set<number>()
  let exact = 0
  for await (const piece of rowsOf(pool, 'one', 'odd "name')) {
    for (const { tenant, json } of piece) {
      if (tenants.at(-1) !== tenant) tenants.push(tenant)
      seen.add(JSON.parse(json).n)
      if (json.includes('12345678901234567890.123') && json.includes('"\\\\x00ff"')) exact++
    }
  }
  t.strictSame(tenants, ['tenant-0', 'tenant-1', 'tenant-2'])
  t.strictSame([seen.size, exact], [3000, 3000])
})

t.test('who stops reading gives the connection back', async (t) => {
  for await (const piece of rowsOf(pool, 'one', 'odd "name')) {
    t.ok(piece.length > 0)
    break
  }
  await t.rejects(rowsOf(pool, 'one', 'nothing').next(), /does not exist/)
  t.equal((await pool.query('select 1 as one')).rows[0].one, 1)
})

t.test('pieces stay between one row and a thousand, and shrink where rows are large', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(), (count, characters) => {
      const next = nextCount(count, characters)
      t.ok(next >= 1 && next <= 1000)
      if (characters > 1024 * 1024) t.ok(next < count || count === 1)
    }),
  )
})
