import t from 'tap'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { endLease, renewLease, takeLease } from '../../../src/trusted/resources/lease-store.ts'
import { testDatabases } from '../../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const take = (resource: string, place: string, holder: string, seconds = 30) =>
  takeLease(knex, { resource, place, holder }, seconds)

t.test('what there is once on the host, one node holds', async (t) => {
  const one = await take('@a/b/engine', '*', 'node-1')
  t.match(one, { fence: 1 })
  t.equal(await take('@a/b/engine', '*', 'node-2'), undefined)
  t.match(await take('@a/b/other', '*', 'node-2'), { fence: 1 })
  t.match(await take('@a/b/engine', '*', 'node-1'), { fence: 2 }, 'a next start of the same node')
  t.notOk(one !== undefined && (await renewLease(knex, one, 30)), 'the old start may not go on')
})

t.test('one that ran out, or was given back, is taken with a higher fence', async (t) => {
  const late = await take('late', '*', 'node-1', -1)
  t.match(await take('late', '*', 'node-2'), { holder: 'node-2', fence: 2 })
  t.notOk(late !== undefined && (await renewLease(knex, late, 30)))
  const given = await take('given', '*', 'node-1')
  if (given !== undefined) await endLease(knex, given)
  t.match(await take('given', '*', 'node-2'), { fence: 2 })
})

t.test('each node has its own of what is of a node', async (t) => {
  t.match(await take('own', 'node-1', 'node-1'), { fence: 1 })
  t.match(await take('own', 'node-2', 'node-2'), { fence: 1 })
})

t.test('of many that ask at once one gets it', async (t) => {
  const asked = await Promise.all(
    Array.from({ length: 8 }, (_, n) => take('many', '*', `node-${n}`)),
  )
  t.equal(asked.filter((lease) => lease !== undefined).length, 1)
})
