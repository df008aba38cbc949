import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { BurstLimits } from '../../../src/gateway/limits/burst-limits.ts'
import { takeBursts } from '../../../src/gateway/limits/burst-store.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { testDatabases } from '../../support/postgres.ts'

const { hostUrl } = await testDatabases(t)

/** One call in ten minutes: nothing comes back while a test runs, however busy the machine. */
const slow = { ratePerS: 1 / 600 }

/** Of a busy machine: what PostgreSQL is not asked in time is decided without it. */
const PATIENCE_MS = 60_000

const nobody: (error: unknown) => void = () => undefined

/** A node: a limiter with connections of its own. */
function node({ nodes = 4, url = hostUrl, away = nobody } = {}) {
  const knex = createKnex(url, { pool: 4 })
  t.teardown(() => knex.destroy())
  let statements = 0
  let live = nodes
  const limits = new BurstLimits({
    takeBursts: (wishes) => {
      statements += 1
      return takeBursts(knex, wishes, PATIENCE_MS)
    },
    nodes: () => live,
    // It stands still: what is taken ahead is not lost to a busy machine.
    now: () => 0,
    onAway: away,
  })
  return { limits, knex, statements: () => statements, become: (count: number) => (live = count) }
}

async function passed(
  nodes: readonly ReturnType<typeof node>[],
  key: string,
  calls: number,
  burst: number,
): Promise<number> {
  const verdicts = await Promise.all(
    Array.from({ length: calls }, (_, n) =>
      nodes[n % nodes.length]?.limits.take(key, { ...slow, burst }),
    ),
  )
  return verdicts.filter((verdict) => verdict?.allowed).length
}

t.test('of 500 calls at once on four nodes exactly the burst of 100 passes', async (t) => {
  const four = [node(), node(), node(), node()]
  for (let round = 0; round < 5; round++) {
    t.equal(await passed(four, `hundred ${round}`, 500, 100), 100)
  }
  const before = four.map(({ statements }) => statements())
  t.equal(await passed(four, 'hundred 0', 500, 100), 0)
  t.same(
    four.map(({ statements }) => statements()),
    before,
    'what is refused asks PostgreSQL no more',
  )
})

t.test(
  'whatever the burst, and however calls fall on the nodes, it is never exceeded',
  async () => {
    const four = [node(), node(), node(), node()]
    let round = 0
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2000 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 }),
        async (burst, waves) => {
          round += 1
          let all = 0
          for (const calls of waves) all += await passed(four, `any ${round}`, calls, burst)
          const asked = waves.reduce((sum, calls) => sum + calls, 0)
          // What three other nodes hold ahead may be left over, and is lost after a second.
          const least = Math.min(asked, burst) - 3 * Math.max(0, Math.floor((burst * 0.01) / 4) - 1)
          return all <= Math.min(asked, burst) && all >= least
        },
      ),
      { numRuns: 25 },
    )
  },
)

t.test(
  'a node that is alone asks nobody, and tells what it spent when another comes',
  async (t) => {
    const [one, other] = [node({ nodes: 1 }), node({ nodes: 2 })]
    t.equal(await passed([one], 'alone', 30, 100), 30)
    t.equal(one.statements(), 0)
    one.become(2)
    t.equal(await passed([one], 'alone', 1, 100), 1)
    t.equal(await passed([one, other], 'alone', 200, 100), 69)
  },
)

t.test('a plan that changed is measured by its new burst', async (t) => {
  const two = [node({ nodes: 2 }), node({ nodes: 2 })]
  t.equal(await passed(two, 'changed', 50, 10), 10)
  t.equal(await passed(two, 'changed', 50, 30), 20)
})

t.test('without PostgreSQL each node lets its share pass, and says so', async (t) => {
  const told: unknown[] = []
  const url = 'postgres://nobody@127.0.0.1:1/none'
  const lost = [1, 2, 3, 4].map(() => node({ url, away: (error) => told.push(error) }))
  t.equal(await passed(lost, 'away', 500, 100), 100)
  t.ok(told.length >= 4)
  const verdict = await lost[0]?.limits.take('away', { ...slow, burst: 100 })
  t.match(verdict, { allowed: false, mode: 'share' })
})
