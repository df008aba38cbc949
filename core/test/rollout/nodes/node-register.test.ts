import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { describeRollout, requireRollout } from '../../../src/rollout/describe-rollout.ts'
import { NodeRegister } from '../../../src/rollout/nodes/node-register.ts'
import {
  forgetNodes,
  GONE_AFTER_MS,
  listNodes,
  putNode,
  readAcknowledged,
} from '../../../src/rollout/nodes/node-store.ts'
import { emptySnapshot, type Snapshot } from '../../../src/rollout/routing/snapshot.ts'
import { because, full, openRollouts, operator, weight } from '../../support/rollouts.ts'

const { knex, rollouts } = await openRollouts(t)

/** A routing table that swaps when the test says so. */
function tableAt(generation: number) {
  const followers: ((before: Snapshot, after: Snapshot) => void)[] = []
  const table = {
    snapshot: { ...emptySnapshot, generation },
    follow: (told: (before: Snapshot, after: Snapshot) => void) => void followers.push(told),
    swap: (next: number) => {
      const before = table.snapshot
      table.snapshot = { ...emptySnapshot, generation: next }
      for (const told of followers) told(before, table.snapshot)
    },
  }
  return table
}

async function until(isReached: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = performance.now() + 20_000; !(await isReached()); await delay(5)) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`)
  }
}

const rowOf = async (id: string) => (await listNodes(knex)).find((node) => node.id === id)
const silentFor = (id: string, ms: number) =>
  knex('nodes')
    .where({ id })
    .update({ seen_at: knex.raw("clock_timestamp() - ? * interval '1 millisecond'", [ms]) })

t.test('a node tells the generation that it routes by once it has swapped', async (t) => {
  const routing = tableAt(3)
  const register = new NodeRegister({ knex, routing, node: 'a', machine: 'm1' })
  register.start()
  await until(async () => (await rowOf('a'))?.generation === 3, 'the first word')
  const first = await rowOf('a')
  t.match(first, { machine: 'm1', isLive: true })
  for (let next = 4; next <= 20; next++) routing.swap(next)
  await until(async () => (await rowOf('a'))?.generation === 20, 'the last of many swaps')
  register.tell()
  await until(async () => (await rowOf('a'))?.seenAt !== first?.seenAt, 'a heartbeat')
  t.equal((await rowOf('a'))?.startedAt, first?.startedAt)
  await register.stop()
  t.equal(await rowOf('a'), undefined, 'one that is stopped in order is missed by nobody')
})

t.test('a heartbeat is no new acknowledgement', async (t) => {
  await putNode(knex, { id: 'b', machine: 'm1', generation: 5 })
  const first = await rowOf('b')
  await putNode(knex, { id: 'b', machine: 'm1', generation: 5 })
  t.equal((await rowOf('b'))?.acknowledgedAt, first?.acknowledgedAt)
  await putNode(knex, { id: 'b', machine: 'm1', generation: 6 })
  t.not((await rowOf('b'))?.acknowledgedAt, first?.acknowledgedAt)
  await knex('nodes').delete()
})

t.test('of a rollout it is known how many nodes route by its last move', async (t) => {
  const { id } = await rollouts.create(operator, {
    plugin: 'one',
    version: '1.1.0',
    steps: [weight(100), full],
  })
  const acknowledged = async () =>
    (await describeRollout(knex, await requireRollout(knex, id))).acknowledged
  t.equal(await acknowledged(), null, 'nothing was moved yet')
  await rollouts.command(operator, id, 'start', because)
  const start = (await acknowledged())?.generation ?? 0
  t.same(await acknowledged(), { generation: start, nodes: 0, of: 0 })
  for (const node of ['a', 'b', 'c']) {
    await putNode(knex, { id: node, machine: node, generation: start - 1 })
  }
  await putNode(knex, { id: 'a', machine: 'a', generation: start })
  await putNode(knex, { id: 'b', machine: 'b', generation: start + 4 })
  t.same(await acknowledged(), { generation: start, nodes: 2, of: 3 })
  await silentFor('c', GONE_AFTER_MS + 1)
  t.same(await acknowledged(), { generation: start, nodes: 2, of: 2 }, 'nobody waits for the dead')
  await rollouts.command(operator, id, 'abort', because)
  const abort = await acknowledged()
  t.ok((abort?.generation ?? 0) > start)
  await knex('nodes').delete()
})

t.test('dead nodes are shown for a while and then forgotten', async (t) => {
  for (const node of ['a', 'b', 'c']) await putNode(knex, { id: node, machine: 'm', generation: 1 })
  await silentFor('b', 60_000)
  await silentFor('c', 3_600_000)
  await forgetNodes(knex)
  t.same(
    (await listNodes(knex)).map(({ id, isLive }) => [id, isLive]),
    [
      ['a', true],
      ['b', false],
    ],
  )
  const { acknowledged, now } = await readAcknowledged(knex, 1)
  t.same(acknowledged, { generation: 1, nodes: 1, of: 1 })
  t.ok(now > 1_700_000_000_000)
})
