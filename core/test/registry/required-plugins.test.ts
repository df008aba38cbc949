import t from 'tap'
import { BindingService } from '../../src/registry/binding-service.ts'
import { RolloutService } from '../../src/rollout/rollout-service.ts'
import type { RoutingTable } from '../../src/rollout/routing-table.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert({ id: 'acme', name: 'Acme' })

async function install(plugin: string, version: string, state: string, manifest: object = {}) {
  await knex('plugins')
    .insert({ name: plugin, stable_version: version })
    .onConflict('name')
    .ignore()
  await knex('installations').insert({
    plugin,
    version,
    state,
    manifest: JSON.stringify(manifest),
    contracts: '{}',
    integrity: '',
    marketplace_fingerprint: '',
    installed_by: 'operator',
  })
}

const routing = { reach: async () => undefined } as unknown as RoutingTable
const caller = { actor: 'operator', traceId: null }
const refused = { code: 'CORE_DEPENDENCY_MISSING' }
const plugin = '@needs/it'

t.test('a version whose requirement was removed since is not led to again', async (t) => {
  await install(plugin, '1.0.0', 'stable')
  await install(plugin, '2.0.0', 'warm', { requires: { '@base/one': '^1.0.0' } })
  const rollouts = new RolloutService({ knex, routing, now: Date.now })
  const nothing = async () => undefined
  const schemas = { enableTenant: nothing, disableTenant: nothing }
  const bindings = new BindingService({ knex, routing, schemas })
  const wish = { plugin, version: '2.0.0' }
  const pin = { binding: 'pinned', version: '2.0.0' } as const
  await t.rejects(rollouts.create(caller, wish), refused)
  await t.rejects(bindings.bind(caller, 'acme', plugin, pin), refused)

  await install('@base/one', '1.2.0', 'stable')
  const { id } = await rollouts.create(caller, wish)
  t.match(await bindings.bind(caller, 'acme', plugin, pin), { pinnedVersion: '2.0.0' })
  await knex('installations').where({ plugin: '@base/one' }).delete()
  const ground = { reason: { en: 'x', 'zh-CN': 'x' } }
  await t.rejects(rollouts.command(caller, id, 'start', ground), refused)
})
