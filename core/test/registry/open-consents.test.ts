import type { Manifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import { requestedCapabilities } from '../../src/registry/consent.ts'
import { type BoundPlugin, openConsent } from '../../src/registry/open-consents.ts'
import { listOpenConsents } from '../../src/registry/open-consents-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { insertInstalled } from '../support/installed-plugin.ts'
import { testDatabases } from '../support/postgres.ts'

type Wishes = Pick<Manifest, 'capabilities'>

const why = { en: 'because' }
const stores: Wishes = { capabilities: { 'db:own': [{ quotaMb: 5, why }] } }
const fetches: Wishes = {
  capabilities: { ...stores.capabilities, 'http:fetch': [{ origins: ['https://a.example'], why }] },
}
const mayFetch: Wishes = {
  capabilities: {
    ...stores.capabilities,
    'http:fetch': [{ origins: ['https://a.example'], why, optional: true }],
  },
}

const grantsOf = (manifest: Wishes) =>
  requestedCapabilities(manifest).map(({ name, parameters, hash }) => ({
    capability: name,
    parameters,
    hash,
  }))

const bound: BoundPlugin = {
  plugin: '@acme/a',
  binding: 'enabled',
  serves: '1.0.0',
  versions: [
    { version: '1.0.0', manifest: stores, isDropped: false },
    { version: '1.1.0', manifest: fetches, isDropped: false },
  ],
  grants: grantsOf(stores),
}

t.test('a version that waits is asked about before it is rolled out', async (t) => {
  const { plugin, serves } = bound
  const open = { plugin, version: '1.1.0', serves, capabilities: ['http:fetch'] }
  t.same(openConsent(bound), open)
  t.equal(openConsent({ ...bound, grants: grantsOf(fetches) }), undefined)
})

t.test('what serves without all that it asks for is asked about, too', async (t) => {
  const taken = { ...bound, grants: [] }
  t.match(openConsent(taken), { version: '1.1.0', capabilities: ['db:own', 'http:fetch'] })
  t.match(openConsent({ ...taken, binding: 'held' }), { version: '1.0.0' })
  t.match(openConsent({ ...taken, binding: 'pinned' }), { version: '1.0.0' })
})

t.test('nobody is asked about what the tenant never comes to', async (t) => {
  t.equal(openConsent({ ...bound, binding: 'pinned' }), undefined)
  t.equal(openConsent({ ...bound, binding: 'held' }), undefined)
  const older = { version: '0.9.0', manifest: fetches, isDropped: false }
  t.equal(
    openConsent({
      ...bound,
      versions: [older, { version: '1.0.0', manifest: stores, isDropped: false }],
    }),
    undefined,
  )
})

t.test('what was dropped is asked about where it serves, and nowhere else', async (t) => {
  const versions = bound.versions.map((one) => ({ ...one, isDropped: true }))
  t.equal(openConsent({ ...bound, versions }), undefined)
  const pinned = { ...bound, versions, binding: 'pinned', serves: '1.1.0' } as const
  t.match(openConsent(pinned), { version: '1.1.0', capabilities: ['http:fetch'] })
})

t.test('an optional wish may stay open', async (t) => {
  const versions = [{ version: '1.1.0', manifest: mayFetch, isDropped: false }]
  t.equal(openConsent({ ...bound, versions }), undefined)
})

t.test('a tenant reads what is open of its own plugins, page by page', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const knex = createKnex(hostUrl)
  t.teardown(() => knex.destroy())
  await knex('tenants').insert(['acme', 'globex'].map((id) => ({ id, name: id })))
  for (const plugin of ['@o/a', '@o/b', '@o/c', '@o/d', '@o/e']) {
    await insertInstalled(knex, plugin, '1.0.0', { manifest: stores })
    await insertInstalled(knex, plugin, '1.1.0', { manifest: fetches, state: 'warm' })
    await insertInstalled(knex, plugin, '1.2.0', { manifest: fetches, state: 'start_failed' })
  }
  const bind = (plugin: string, binding: string, tenant = 'acme') =>
    knex('bindings').insert({ tenant, plugin, binding })
  await bind('@o/a', 'enabled')
  await bind('@o/b', 'disabled')
  await bind('@o/c', 'enabled')
  await bind('@o/d', 'enabled')
  await bind('@o/e', 'enabled', 'globex')
  const give = (plugin: string, manifest: Wishes, tenant = 'acme') =>
    knex('grants').insert(
      grantsOf(manifest).map(({ capability, parameters, hash }, n) => ({
        id: `grt_${tenant}${plugin.at(-1)}${n}`.padEnd(20, '0'),
        ...{ tenant, plugin, capability, parameters, capability_hash: hash, approver: 'ann' },
      })),
    )
  await give('@o/a', stores)
  await give('@o/c', fetches)
  await give('@o/d', fetches, 'globex')
  const list = (limit: number, cursor?: string) => listOpenConsents(knex, 'acme', { limit, cursor })
  const first = { plugin: '@o/a', version: '1.1.0', serves: '1.0.0', capabilities: ['http:fetch'] }
  const second = { ...first, plugin: '@o/d', capabilities: ['db:own', 'http:fetch'] }
  t.same(await list(50), { items: [first, second] })
  t.same(await list(1), { items: [first], next: '@o/a' })
  t.same(await list(1, '@o/a'), { items: [second], next: '@o/d' })
  t.same(await list(1, '@o/d'), { items: [] })
  const by = { state: 'blocked', reason: 'bad', withdrawn_by: 'operator' }
  await knex('withdrawn_versions').insert({ package: '@o/a', version: '1.1.0', ...by })
  t.same(await list(50), { items: [second] }, 'nobody is asked for what was withdrawn')
})
