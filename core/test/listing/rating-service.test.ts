import t from 'tap'
import { putRating } from '../../../marketplace/src/listing/ratings/rating-store.ts'
import { BUCKETS } from '../../src/catalog/levels/duration-buckets.ts'
import { addSlots } from '../../src/catalog/levels/level-store.ts'
import { RatingService } from '../../src/listing/rating-service.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 4 })
t.teardown(() => knex.destroy())
const now = Date.UTC(2026, 5, 1)
const [name, tenant] = ['@a/folder', 'acme']

await knex('tenants').insert({ id: tenant, name: tenant })
await knex('plugins').insert({ name, stable_version: '1.0.0' })
await knex('services').insert({ id: 'a.folder', major: 1, plugin: name })
await knex('bindings').insert({ tenant, plugin: name, binding: 'enabled' })
await knex.transaction((trx) =>
  addSlots(trx, [
    {
      ...{ service: 'a.folder', major: 1, plugin: name, slot: now, timed: 0, slow: 0, tenant },
      ...{ version: '1.0.0', calls: 1, failed: 0, buckets: Array(BUCKETS).fill(0) },
    },
  ]),
)

const ratings = { putRating, deleteRating: async () => false, ratingsOfTenant: async () => [] }
const service = new RatingService({ knex, routing: { now: () => now }, ratings })
const rate = () =>
  service.rate(
    { actor: 'user:acme/one', traceId: '0'.repeat(32) },
    { name, tenant, major: 1 },
    { stars: 5, text: null },
  )
const audited = async () => (await knex('audit_entries').where({ action: 'rating.written' })).length

t.test('a plugin that runs from its folder is not rated, and the refusal says why', async (t) => {
  await t.rejects(rate(), { code: 'CORE_RATING_UNPUBLISHED', status: 409 })
  t.equal(await audited(), 0)
})

t.test('it is, when it was published', async (t) => {
  const at = new Date(now)
  const rows = { name, owner: 'operator', rev: '1-0', created_at: at, modified_at: at }
  await knex('packages').insert(rows)
  await rate()
  t.match(await knex('package_ratings').select('name', 'stars'), [{ name, stars: 5 }])
  t.equal(await audited(), 1)
})
