import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { BindingService } from '../../src/registry/binding-service.ts'
import { findBinding, insertGrant } from '../../src/registry/binding-store.ts'
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
const caller = { actor: 'admin:acme/tok_1', traceId: null }
const plugin = '@acme/orders'

t.test('who enables while another still disables has the role of the database', async (t) => {
  await insertInstalled(knex, plugin, '1.0.0')
  const grant = { id: 'grt_1', capability: 'db:own', parameters: {}, hash: 'h', approver: 'x' }
  await insertGrant(knex, 'acme', plugin, grant)
  const open = Promise.withResolvers<void>()
  let isDisabling = false
  let hasRole = false
  const schemas = {
    enableTenant: async () => {
      hasRole = true
    },
    disableTenant: async () => {
      isDisabling = true
      await open.promise
      hasRole = false
    },
  }
  const bindings = new BindingService({ knex, routing, schemas })
  await bindings.bind(caller, 'acme', plugin, { binding: 'enabled' })
  t.ok(hasRole)
  const disabled = bindings.bind(caller, 'acme', plugin, { binding: 'disabled' })
  await until(() => isDisabling)
  const enabled = bindings.bind(caller, 'acme', plugin, { binding: 'enabled' })
  await until(async () => (await findBinding(knex, 'acme', plugin))?.binding === 'enabled')
  open.resolve()
  await Promise.all([disabled, enabled])
  t.ok(hasRole)
  await bindings.bind(caller, 'acme', plugin, { binding: 'disabled' })
  t.notOk(hasRole)
})
