import t from 'tap'
import { listTenants } from '../../src/identity/identity-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert([
  { id: 'acme', name: 'Acme Ltd' },
  { id: 'demo', name: 'Dongchen Trading' },
  { id: 'globex', name: '100 % Globex' },
  { id: 'initech', name: '东辰贸易' },
])
const found = async (
  q?: string,
  { limit = 10, cursor }: { limit?: number; cursor?: string } = {},
) => {
  const wish = { limit, cursor, ...(q === undefined ? {} : { q }) }
  return (await listTenants(knex, wish)).map(({ id }) => id)
}

t.test('a tenant is found by a part of its id or its name, in any case', async (t) => {
  t.same(await found('ACM'), ['acme'])
  t.same(await found('trading'), ['demo'])
  t.same(await found('贸易'), ['initech'])
  t.same(await found('nobody'), [])
  t.same(await found(), ['acme', 'demo', 'globex', 'initech'])
})

t.test('signs of patterns are letters like others', async (t) => {
  t.same(await found('%'), ['globex'])
  t.same(await found('_'), [])
})

t.test('what is found comes in pages as well', async (t) => {
  t.same(await found('e', { limit: 1 }), ['acme'])
  t.same(await found('e', { limit: 1, cursor: 'acme' }), ['demo'])
})
