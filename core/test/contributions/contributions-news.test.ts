import t from 'tap'
import { ContributionsNews } from '../../src/contributions/contributions-news.ts'
import { withdrawDeliveries } from '../../src/events/delivery-store.ts'
import type { Snapshot } from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { contributor, ownerVersion, point, snapshotWith } from '../support/contributors.ts'
import { subscribe } from '../support/event-store.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

const versions = [ownerVersion(), contributor()]
let generation = 100

/** What a node reads after a change. */
async function changed(giver: string, owner = 'enabled'): Promise<Snapshot> {
  await knex('routing').update({ generation: ++generation })
  const acme = { owner, giver }
  return snapshotWith({ versions, generation, bindings: { acme, globex: { owner: 'enabled' } } })
}

function node(snapshot: () => Snapshot): { tell(): Promise<boolean>; told: () => number } {
  let told = 0
  const log = { warn: () => undefined }
  const onTold = () => {
    told++
  }
  const news = new ContributionsNews({ knex, snapshot, onTold, now: () => 1_800_000_000_000, log })
  return { tell: () => news.tell(), told: () => told }
}

const inbox = () =>
  knex('event_deliveries as d')
    .join('events as e', 'e.sequence', 'd.event')
    .orderBy('d.id')
    .select('d.tenant', 'd.plugin', 'd.type', 'd.key', 'e.source', 'e.event')

t.beforeEach(async () => {
  for (const table of ['event_deliveries', 'events', 'told_contributions']) {
    await knex(table).delete()
  }
})

t.test('a change is told once, whichever nodes see it, and to its owner alone', async (t) => {
  await subscribe(knex, 'acme', 'listener', ['signalbox.contributions.changed'])
  const snapshot = await changed('enabled')
  const nodes = [1, 2, 3].map(() => node(() => snapshot))
  await Promise.all(nodes.map(({ tell }) => tell()))
  const rows = await inbox()
  const type = 'signalbox.contributions.changed'
  t.match(rows, [{ tenant: 'acme', plugin: 'owner', type, key: point, source: '/signalbox' }])
  t.equal(rows.length, 1)
  const event = JSON.parse(rows[0].event)
  t.match(event, { type, partitionkey: point, hops: 1, data: { point }, generation })
  t.equal(
    nodes.reduce((sum, { told }) => sum + told(), 0),
    1,
  )
  t.equal(await node(() => snapshot).tell(), false, 'nor after a start')
})

t.test('what changed while no host ran is told by the next start', async (t) => {
  const before = await changed('enabled')
  await node(() => before).tell()
  const after = await changed('disabled')
  await node(() => after).tell()
  t.equal((await inbox()).length, 2)
})

t.test('a node that is behind tells nothing', async (t) => {
  const old = await changed('enabled')
  const snapshot = await changed('disabled')
  t.equal(await node(() => old).tell(), false)
  t.equal(await node(() => snapshot).tell(), false)
  t.same(await inbox(), [])
})

t.test('an owner that is disabled is not told, and hears when it is back', async (t) => {
  let snapshot = await changed('enabled')
  const { tell } = node(() => snapshot)
  await tell()
  snapshot = await changed('enabled', 'disabled')
  await tell()
  t.same(await knex('told_contributions'), [])
  t.equal((await inbox()).length, 1)
  snapshot = await changed('enabled')
  await tell()
  t.equal((await inbox()).length, 2)
})

t.test('news waits without a grant while its owner is enabled, and not longer', async (t) => {
  await subscribe(knex, 'acme', 'owner', [])
  const snapshot = await changed('enabled')
  await node(() => snapshot).tell()
  t.equal(await withdrawDeliveries(knex), 0)
  await knex('bindings').where({ plugin: 'owner' }).update({ binding: 'disabled' })
  t.equal(await withdrawDeliveries(knex), 1)
})

t.test('it looks by itself, goes on after an outage, and ends', async (t) => {
  const snapshot = await changed('enabled')
  let isAway = true
  const warned: string[] = []
  const done = new Promise<void>((resolve) => {
    const news = new ContributionsNews({
      knex,
      snapshot: () => {
        if (isAway) throw new Error('away')
        return snapshot
      },
      onTold: resolve,
      now: Date.now,
      log: {
        warn: (_fields, message) => {
          warned.push(message)
          isAway = false
          // Behind what is running: it looks again then.
          setImmediate(() => news.look())
        },
      },
    })
    t.teardown(() => news.stop())
    news.look()
    news.start()
  })
  await done
  t.equal(warned.length, 1)
  t.equal((await inbox()).length, 1)
})
