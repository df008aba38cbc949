import pg from 'pg'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { drawSample, readForeignKeys } from '../../../src/broker/db/rehearsal/sample.ts'
import { testEmptyDatabase } from '../../support/postgres.ts'

const { pluginUrl } = await testEmptyDatabase(t)
const client = new pg.Client({ connectionString: pluginUrl })
await client.connect()
t.teardown(() => client.end())

interface World {
  /** Rows of each table; tables are t0, t1, …; a row's id is its index. */
  readonly tables: readonly number[]
  /** Which table points at which, itself and in circles included, and a seed of the rows' choices. */
  readonly keys: readonly { child: number; parent: number; seed: number; nulls: boolean }[]
}

const worlds: fc.Arbitrary<World> = fc
  .array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 })
  .chain((tables) => {
    const table = fc.nat(tables.length - 1)
    const key = fc.record({ child: table, parent: table, seed: fc.nat(1000), nulls: fc.boolean() })
    return fc.record({ tables: fc.constant(tables), keys: fc.array(key, { maxLength: 6 }) })
  })

async function build({ tables, keys }: World): Promise<void> {
  const columns = (table: number) =>
    keys.flatMap(({ child }, index) => (child === table ? [`k${index} int`] : []))
  const creates = tables.map((rows, table) => {
    const list = ['id int PRIMARY KEY', ...columns(table)]
    return `CREATE TABLE w.t${table} (${list.join(', ')});
      INSERT INTO w.t${table} SELECT n FROM generate_series(1, ${rows}) n`
  })
  const links = keys.map(({ child, parent, seed, nulls }, index) => {
    const size = tables[parent] as number
    const choice = size === 0 ? 'NULL::int' : `1 + abs(hashint4(id + ${seed})::bigint) % ${size}`
    const value = nulls ? `CASE WHEN id % 3 = 0 THEN NULL ELSE ${choice} END` : choice
    return `UPDATE w.t${child} SET k${index} = ${value};
      ALTER TABLE w.t${child} ADD CONSTRAINT f${index} FOREIGN KEY (k${index}) REFERENCES w.t${parent} (id)`
  })
  await client.query(['CREATE SCHEMA w', ...creates, ...links].join(';'))
}

const limits = fc.record({
  rowsPerTable: fc.integer({ min: 0, max: 6 }),
  rows: fc.integer({ min: 0, max: 40 }),
  bytes: fc.integer({ min: 0, max: 2000 }),
  until: fc.constantFrom(0, Number.POSITIVE_INFINITY),
})

t.test('every foreign key of a sample leads into it, within every limit', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, limits, async (world, limit) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      try {
        await build(world)
        const names = world.tables.map((_rows, table) => `t${table}`)
        const keys = await readForeignKeys(client, 'w')
        const sample = await drawSample(client, 'w', names, keys, limit)
        const total = [...sample.values()].reduce((sum, places) => sum + places.size, 0)
        if (total > limit.rows) return false
        for (const { child, parent, own, other } of keys) {
          const { rows } = await client.query(
            `SELECT FROM w.${child} c WHERE c.ctid = ANY ($1::tid[]) AND c.${own[0]} IS NOT NULL
                AND NOT EXISTS (SELECT FROM w.${parent} p
                                 WHERE p.${other[0]} = c.${own[0]} AND p.ctid = ANY ($2::tid[]))`,
            [[...(sample.get(child) ?? [])], [...(sample.get(parent) ?? [])]],
          )
          if (rows.length > 0) return false
        }
        return true
      } finally {
        await client.query('ROLLBACK')
      }
    }),
    { numRuns: 60 },
  )
})

t.test('with room enough, what is drawn keeps all it points at, around a circle too', async (t) => {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  t.teardown(() => client.query('ROLLBACK'))
  await client.query(`CREATE SCHEMA w;
    CREATE TABLE w.ring (id int PRIMARY KEY, next int NOT NULL);
    INSERT INTO w.ring SELECT n, 1 + n % 50 FROM generate_series(1, 50) n;
    ALTER TABLE w.ring ADD FOREIGN KEY (next) REFERENCES w.ring (id)`)
  const keys = await readForeignKeys(client, 'w')
  const room = { rows: 1000, bytes: 1_000_000, until: Number.POSITIVE_INFINITY }
  const all = await drawSample(client, 'w', ['ring'], keys, { rowsPerTable: 1, ...room })
  t.equal(all.get('ring')?.size, 50)
  const few = { ...room, rows: 40, rowsPerTable: 1 }
  const none = await drawSample(client, 'w', ['ring'], keys, few)
  t.equal(none.get('ring')?.size, 0, 'a circle that does not fit is given up whole')
})
