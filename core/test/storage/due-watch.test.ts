import type { Knex } from 'knex'
import t, { type Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { DueWatch, dueWhere, msUntil } from '../../src/storage/due-watch.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

const { pluginUrl: url } = await testEmptyDatabase(t)
const knex = createKnex(url)
t.teardown(() => knex.destroy())
await knex.raw('create table works (loop int not null, due_at timestamptz not null)')
t.beforeEach(() => knex('works').delete())

const dueOf = (loop: number) => ({
  sql: `select ${msUntil('select min(due_at) from works where loop = ?')}`,
  values: () => [loop],
})
const put = (loop: number, inMs: number) =>
  knex.raw(`insert into works values (?, clock_timestamp() + ? * interval '1 millisecond')`, [
    loop,
    inMs,
  ])

/** A watch with loops that count their looks, and what it asked PostgreSQL. */
function watched(test: Test, loops: number, { isHearing = true, on = knex as Knex } = {}) {
  const warnings: string[] = []
  const log = { warn: (_: object, message: string) => void warnings.push(message) }
  const watch = new DueWatch({ knex: on, isHearing: () => isHearing, log })
  const looks = Array.from({ length: loops }, () => 0)
  const ends = looks.map((_, n) =>
    watch.when(dueOf(n)).begin(() => {
      looks[n] = (looks[n] ?? 0) + 1
    }),
  )
  const asked: string[] = []
  const hear = ({ sql }: { sql: string }) => {
    if (sql.startsWith('select (')) asked.push(sql)
  }
  on.on('query', hear)
  test.teardown(async () => {
    await watch.stop()
    on.removeListener('query', hear)
  })
  return { watch, looks, ends, asked, warnings }
}

t.test('all loops together are one statement, and none looks while nothing is due', async (t) => {
  const { watch, looks, asked } = watched(t, 12)
  await put(3, 3_600_000)
  watch.start()
  await until(() => asked.length >= 3)
  t.same(
    looks,
    looks.map(() => 0),
  )
  t.equal(new Set(asked).size, 1)
})

t.test('a loop looks as soon as its work is due by the clock of the database', async (t) => {
  const { watch, looks } = watched(t, 2)
  watch.start()
  await put(1, 700)
  const { rows } = await knex.raw('select due_at from works')
  await until(() => looks[1] !== 0)
  const { rows: now } = await knex.raw('select clock_timestamp() as at')
  t.ok(now[0].at >= rows[0].due_at, 'not before')
  t.equal(looks[0], 0, 'the other has nothing to look at')
})

t.test('what is due and is not done is looked at again and again', async (t) => {
  const { watch, looks } = watched(t, 1, { isHearing: false })
  await put(0, -1000)
  watch.start()
  await until(() => (looks[0] ?? 0) >= 3)
  await knex('works').delete()
  let before = -1
  await until(async () => {
    const isStill = looks[0] === before
    before = looks[0] ?? 0
    await new Promise((resolve) => setTimeout(resolve, 600))
    return isStill
  })
  t.pass('and no more when it is done')
})

t.test(
  'where the question cannot be answered every loop looks for itself, and it is said once',
  async (t) => {
    const { watch, looks, warnings } = watched(t, 2)
    const end = watch.when(dueWhere('exists (select from no_such_table)')).begin(() => undefined)
    watch.start()
    await until(() => looks.every((n) => n >= 3))
    t.equal(warnings.length, 1)
    end()
    await put(0, -1000)
    looks.fill(0)
    await until(() => (looks[0] ?? 0) >= 2)
    t.equal(warnings.length, 1, 'one that is asked no more keeps the others from nothing')
  },
)

t.test(
  'a change of what is routed by rouses all; a loop that has ended is not told any more',
  async (t) => {
    const { watch, looks, ends } = watched(t, 3)
    watch.start()
    ends[1]?.()
    watch.rouse()
    t.same(looks, [1, 0, 1])
    await watch.stop()
    watch.rouse()
    t.same(looks, [1, 0, 1])
  },
)
