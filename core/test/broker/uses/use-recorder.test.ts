import t from 'tap'
import { UseRecorder } from '../../../src/broker/uses/use-recorder.ts'
import { deleteOldUses, listUses } from '../../../src/broker/uses/use-store.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { testDatabases } from '../../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const log = { warn: () => undefined }
const acme = { tenant: 'acme', plugin: '@acme/orders', version: undefined }
const used = {
  tenant: 'acme',
  plugin: '@acme/orders',
  version: '1.0.0',
  capability: 'db:own',
  grant: 'grt_1',
  facet: 'db.query',
  outcome: 'done',
  ms: 1,
}
const noon = Date.parse('2026-06-01T12:00:00Z')

t.test('nodes add to the same sums', async (t) => {
  let now = noon
  const recorders = Array.from({ length: 4 }, () => new UseRecorder({ knex, now: () => now, log }))
  for (let round = 0; round < 5; round++) {
    now += 1000
    for (const recorder of recorders) {
      recorder.add(used)
      recorder.add({ ...used, facet: 'db.batch', outcome: 'failed' })
    }
    await Promise.all(recorders.map((recorder) => recorder.flush()))
  }
  const rows = await listUses(knex, acme, 10)
  t.match(rows.map(({ facet, count, failures }) => [facet, count, failures]).sort(), [
    ['db.batch', 20, 20],
    ['db.query', 20, 0],
  ])
  t.match(rows[0], { firstAt: noon + 1000, lastAt: noon + 5000, totalMs: 20 })
})

t.test('while PostgreSQL is away uses wait, and are written once it is back', async (t) => {
  await knex('grant_uses').delete()
  const outages = { left: 1 }
  const flaky = new Proxy(knex, {
    get: (target, name, receiver) => {
      if (name !== 'transaction' || outages.left === 0) return Reflect.get(target, name, receiver)
      outages.left -= 1
      return () => Promise.reject(new Error('away'))
    },
  })
  const recorder = new UseRecorder({ knex: flaky, now: () => noon, log })
  recorder.add(used)
  await recorder.flush()
  t.same(await listUses(knex, acme, 10), [])
  recorder.add(used)
  await recorder.stop()
  t.match(await listUses(knex, acme, 10), [{ count: 2 }])
  t.same(await listUses(knex, { ...acme, tenant: 'globex' }, 10), [])
})

t.test('what was not used for a hundred days is forgotten', async (t) => {
  await deleteOldUses(knex, noon + 99 * 86_400_000)
  t.equal((await listUses(knex, acme, 10)).length, 1)
  await deleteOldUses(knex, noon + 101 * 86_400_000)
  t.same(await listUses(knex, acme, 10), [])
})
