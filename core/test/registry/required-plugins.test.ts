import t from 'tap'
import { BindingService } from '../../src/registry/binding-service.ts'
import { RolloutService } from '../../src/rollout/rollout-service.ts'
import type { RoutingTable } from '../../src/rollout/routing/routing-table.ts'
import { emptySnapshot } from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { insertInstalled } from '../support/installed-plugin.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert({ id: 'acme', name: 'Acme' })

const routing = {
  snapshot: emptySnapshot,
  reach: async () => undefined,
} as unknown as RoutingTable
const caller = { actor: 'operator', traceId: null }
const refused = { code: 'CORE_DEPENDENCY_MISSING' }
const plugin = '@needs/it'

t.test('a version whose requirement was removed since is not led to again', async (t) => {
  await insertInstalled(knex, plugin, '1.0.0')
  const manifest = { requires: { '@base/one': '^1.0.0' } }
  await insertInstalled(knex, plugin, '2.0.0', { state: 'warm', manifest })
  const rollouts = new RolloutService({ knex, routing, now: Date.now })
  const nothing = async () => undefined
  const schemas = { enableTenant: nothing, disableTenant: nothing }
  const bindings = new BindingService({ knex, routing, schemas })
  const wish = { plugin, version: '2.0.0' }
  const pin = { binding: 'pinned', version: '2.0.0' } as const
  await t.rejects(rollouts.create(caller, wish), refused)
  await t.rejects(bindings.bind(caller, 'acme', plugin, pin), refused)

  await insertInstalled(knex, '@base/one', '1.2.0')
  const { id } = await rollouts.create(caller, wish)
  t.match(await bindings.bind(caller, 'acme', plugin, pin), { pinnedVersion: '2.0.0' })
  await knex('installations').where({ plugin: '@base/one' }).delete()
  const ground = { reason: { en: 'x', 'zh-CN': 'x' } }
  await t.rejects(rollouts.command(caller, id, 'start', ground), refused)
})
