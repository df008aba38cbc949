import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { insertAdvisory } from '../../src/advisories/advisory-store.ts'
import { refreshListings } from '../../src/search/listing-index.ts'
import { findPackages } from '../../src/search/package-search-store.ts'
import { pluginFiles, publishBody } from '../support/plugin-package.ts'
import { startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

const registry = await startRegistry(t)
const { knex } = registry
const token = await registry.publisher('acme', ['@acme'])

interface Given {
  readonly name: string
  readonly version?: string
  readonly en: string
  readonly zh: string
  readonly description: string
  readonly category?: string
  readonly tier?: string
  readonly host?: string
  readonly capabilities?: object
}

async function publish({ name, version = '1.0.0', ...given }: Given): Promise<void> {
  const spec = { name, version }
  const files = pluginFiles(spec)
  const packageJson = JSON.parse(files['package.json'] ?? '')
  Object.assign(packageJson, { description: given.description })
  Object.assign(packageJson.signalbox, {
    displayName: { en: given.en, 'zh-CN': given.zh },
    category: given.category ?? 'quality',
    host: given.host ?? '^1.0.0',
    capabilities: given.capabilities ?? {},
  })
  if (given.tier === 'declarative') packageJson.signalbox.runtime = { tier: 'declarative' }
  const tarball = tarballOf({ ...files, 'package.json': JSON.stringify(packageJson) })
  const body = publishBody(spec, tarball)
  const path = `/${name.replace('/', '%2f')}`
  const answer = await registry.call(path, { method: 'PUT', token, body })
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body))
}

await publish({
  name: '@acme/gate',
  en: 'Gate counter',
  zh: '闸口计数',
  description: 'Counts pallets',
})
await publish({
  name: '@acme/orders',
  en: 'Order visibility',
  zh: '订单可视化',
  description: 'Orders on one page, also at the gate',
  category: 'planning',
  tier: 'declarative',
})
await publish({
  name: '@acme/next',
  en: 'Inspection',
  zh: '质检入库',
  description: 'Café quality',
  host: '^2.0.0',
  capabilities: { 'db:own': [{ quotaMb: 10, why: { en: 'Keeps what was found' } }] },
})

const find = async (query: Record<string, string>) =>
  (await registry.call(`/v1/marketplace/packages?${new URLSearchParams(query)}`)).body
const names = async (query: Record<string, string>): Promise<string[]> =>
  (await find(query)).items.map(({ name }: { name: string }) => name)

t.test('a package is found with how many advisories speak of its version', async (t) => {
  const advise = (vulnerableVersions: string) =>
    knex.transaction((trx) =>
      insertAdvisory(
        trx,
        { package: '@acme/gate', title: 'Leaks', severity: 'low', vulnerableVersions },
        new Date(),
      ),
    )
  const found = async () => {
    const { items } = await findPackages(knex, { q: 'gate', limit: 5 }, Date.now())
    return Object.fromEntries(items.map(({ name, advisories }) => [name, advisories]))
  }
  for (const range of ['<=1.0.0', '^1.0.0', '<1.0.0']) await advise(range)
  const withdrawn = await advise('*')
  await knex('advisories').where({ id: withdrawn.id }).update({ withdrawn_at: new Date() })
  t.match(await found(), { '@acme/gate': 2, '@acme/orders': 0 })
  await knex('advisories').delete()
})

t.test(
  'packages are found by words of either language, by parts, slips and without accents',
  async (t) => {
    for (const [q, found] of [
      ['counter', ['@acme/gate']],
      ['count', ['@acme/gate']],
      ['coutner', ['@acme/gate']],
      ['insepction', ['@acme/next']],
      ['cafe', ['@acme/next']],
      ['质检', ['@acme/next']],
      ['入库质检', ['@acme/next']],
      ['订单', ['@acme/orders']],
      ['单', ['@acme/orders']],
      ['化', ['@acme/orders']],
      ['visibility 订单', ['@acme/orders']],
      ['闸口 visibility', []],
      ["'); drop table packages; --", []],
      ['!!', []],
    ] as const) {
      t.same(await names({ q }), found, q)
    }
  },
)

t.test('a name that has the word stands before a description that has it', async (t) => {
  t.same(await names({ q: 'gate' }), ['@acme/gate', '@acme/orders'])
})

t.test('filters narrow, and facets count what is left', async (t) => {
  t.same(await names({ category: 'planning' }), ['@acme/orders'])
  t.same(await names({ tier: 'declarative' }), ['@acme/orders'])
  t.same(await names({ capability: 'db:own' }), ['@acme/next'])
  t.same((await names({ compatible: 'true' })).sort(), ['@acme/gate', '@acme/orders'])
  t.same(await names({ license: 'MIT' }), [])
  const { facets, total } = await find({ facets: 'true' })
  t.equal(total, 3)
  t.match(facets, {
    category: [
      { value: 'quality', count: 2 },
      { value: 'planning', count: 1 },
    ],
    publisher: [{ value: 'acme', count: 3 }],
    capability: [{ value: 'db:own', count: 1 }],
  })
})

t.test('pages follow each other without a gap, and a bad cursor is refused', async (t) => {
  const first = await find({ limit: '2' })
  t.equal(first.items.length, 2)
  const second = await find({ limit: '2', cursor: first.next })
  t.equal(second.next, undefined)
  const all = [...first.items, ...second.items].map(({ name }) => name)
  t.same(all.sort(), ['@acme/gate', '@acme/next', '@acme/orders'])
  t.equal((await registry.call('/v1/marketplace/packages?cursor=x')).status, 400)
})

t.test('who is run well by many tenants stands first, and one with failures behind', async (t) => {
  // No whole name: whose very name is asked for comes first, however it stands.
  const well = { tenants: 40, failedShare: 0, setbacks: 0 }
  await refreshListings(knex, new Map([['@acme/orders', well]]))
  t.same((await names({ q: 'gat' }))[0], '@acme/orders')
  await refreshListings(
    knex,
    new Map([
      ['@acme/orders', { ...well, failedShare: 0.2 }],
      ['@acme/gate', { ...well, tenants: 4 }],
    ]),
  )
  t.same((await names({ q: 'gat' }))[0], '@acme/gate')
  await refreshListings(knex, new Map())
})

t.test('who only browses sees no package first for want of a scope', async (t) => {
  const about = { en: 'Unscoped', zh: '无', description: 'Nobody runs it', category: 'browsed' }
  await publish({ name: 'unscoped', ...about })
  await publish({ name: '@acme/run', ...about })
  const well = { tenants: 9, failedShare: 0, setbacks: 0 }
  await refreshListings(knex, new Map([['@acme/run', well]]))
  t.same(await names({ category: 'browsed' }), ['@acme/run', 'unscoped'])
  t.same((await names({ q: 'unscoped' }))[0], 'unscoped', 'whose very name is asked for is first')
  await refreshListings(knex, new Map())
})

t.test('no number of downloads or new versions of another day moves the order', async (t) => {
  const order = async () => (await findPackages(knex, { q: '', limit: 10 }, Date.now())).items
  const before = await order()
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 20 }), async (downloads) => {
      const path = '/@acme%2fgate/-/gate-1.0.0.tgz'
      for (let one = 0; one < downloads; one++) await registry.call(path)
      await refreshListings(knex, new Map())
      t.same(await order(), before)
    }),
    { numRuns: 5 },
  )
})

t.test(
  'what was changed without its listing is listed anew, and what is withdrawn is not shown',
  async (t) => {
    await knex('packages').where({ name: '@acme/gate' }).update({ rev: '9-x' })
    await knex('package_versions').where({ name: '@acme/gate' }).update({ state: 'blocked' })
    t.same((await find({ q: 'counter' })).items, [], 'at once, before anything is made anew')
    await refreshListings(knex, new Map())
    t.equal((await find({ q: 'counter' })).total, 0)
    await knex('package_versions').where({ name: '@acme/gate' }).update({ state: 'published' })
    await knex('packages').where({ name: '@acme/gate' }).update({ rev: '9-y' })
    await refreshListings(knex, new Map())
    t.same(await names({ q: 'counter' }), ['@acme/gate'])
  },
)
