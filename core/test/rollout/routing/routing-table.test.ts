import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { RoutingTable } from '../../../src/rollout/routing/routing-table.ts'
import { LEASE_MS } from '../../../src/rollout/routing/withheld-canaries.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { because, full, openRollouts, operator } from '../../support/rollouts.ts'
import { StallingProxy } from '../../support/stalling-proxy.ts'

const { knex, rollouts, hostUrl } = await openRollouts(t)
const PATIENCE_MS = 20_000
const log = { info: () => undefined, warn: () => undefined }

async function until(isReached: () => boolean, what: string): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; !isReached(); await delay(10)) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`)
  }
}

async function start(): Promise<string> {
  const steps = [{ ...full, hold: { exposures: 1000 } }]
  const { id } = await rollouts.create(operator, { plugin: 'one', version: '1.1.0', steps })
  await rollouts.command(operator, id, 'start', because)
  return id
}

/** A node's table behind a network of the test's, by a monotonic clock that can be put forward. */
async function cutOffTable(test: Test) {
  const proxy = await StallingProxy.start(test, hostUrl)
  const pool = createKnex(proxy.url, { answerTimeoutMs: 1000 })
  const clock = { ahead: 0 }
  const monotonic = () => performance.now() + clock.ahead
  const table = new RoutingTable({ knex: pool, databaseUrl: proxy.url, log, monotonic })
  await table.start()
  test.teardown(async () => {
    proxy.resume()
    await table.stop()
    await pool.destroy()
  })
  const live = () => table.snapshot.rollouts.get('one')
  return { proxy, table, clock, live }
}

t.test('a node that is cut off withholds the canary past its lease, and hears again', async (t) => {
  const id = await start()
  const { proxy, table, clock, live } = await cutOffTable(t)
  t.match(live(), { id, cohort: { weightBp: 10_000 } })
  t.notOk(live()?.isWithheld)
  proxy.stall()
  t.notOk(live()?.isWithheld, 'a moment of silence takes no canary its calls')
  clock.ahead += LEASE_MS + 1000
  t.equal(live()?.isWithheld, true)
  t.ok(table.silentMs > LEASE_MS)
  t.equal(table.snapshot.stable.get('one'), '1.0.0', 'all else is as it was read')
  proxy.resume()
  await until(() => live()?.isWithheld !== true, 'the node hears again')
  t.equal(live()?.id, id)
  await rollouts.command(operator, id, 'abort', because)
})

t.test(
  'an abort meanwhile is obeyed by not hearing it, and after it by having read it',
  async (t) => {
    const id = await start()
    const { proxy, table, clock, live } = await cutOffTable(t)
    proxy.stall()
    await rollouts.command(operator, id, 'abort', because)
    clock.ahead += LEASE_MS + 1000
    t.equal(live()?.isWithheld, true)
    const before = table.snapshot.generation
    proxy.resume()
    await until(() => table.snapshot.generation > before, 'the abort is read')
    t.equal(live(), undefined)
  },
)

t.test("what it compares is the database's time, whatever this host's clock says", async (t) => {
  const { table } = await cutOffTable(t)
  const wall = Date.now
  t.teardown(() => {
    Date.now = wall
  })
  for (const skew of [-3_600_000, 3_600_000]) {
    Date.now = () => wall() + skew
    const { rows } = await knex.raw('select extract(epoch from clock_timestamp()) * 1000 as at')
    // The skew is an hour; the answer took its time, and so did the reading that the table goes by.
    t.ok(Math.abs(table.now() - Number(rows[0].at)) < 60_000, `${skew}`)
    t.equal(table.snapshot.rollouts.size, 0)
    t.ok(table.silentMs < LEASE_MS, 'a jump of the clock is no silence')
  }
})
