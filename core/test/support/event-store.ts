import type { NewEvent } from '@signalbox/sdk/host-calls/cloud-event'
import { cloudEvent, newEvent } from '@signalbox/sdk/host-calls/cloud-event'
import type { Knex } from 'knex'

/** An event as the host would write it. */
export function eventOf(
  id: string,
  more: { tenant?: string; type?: string; key?: string; data?: unknown } = {},
): NewEvent {
  const { tenant = 'acme', type = 'orders.created', key, data = {} } = more
  const event = cloudEvent({
    id,
    source: '/plugins/@acme/orders',
    type,
    key,
    data,
    at: 1_800_000_000_000,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    origin: undefined,
  })
  return newEvent(tenant, event, 1_800_000_000_000)
}

/** A plugin that is enabled and subscribed, without all that an installation is. */
export async function subscribe(
  knex: Knex,
  tenant: string,
  plugin: string,
  types: readonly string[] = ['orders.created'],
): Promise<void> {
  await knex('tenants').insert({ id: tenant, name: tenant }).onConflict('id').ignore()
  await knex('plugins').insert({ name: plugin }).onConflict('name').ignore()
  await knex('bindings').insert({ tenant, plugin, binding: 'enabled' })
  for (const type of types) {
    await knex('grants').insert({
      id: `${tenant}/${plugin}/${type}`,
      tenant,
      plugin,
      capability: 'event:subscribe',
      parameters: JSON.stringify({ type }),
      capability_hash: type,
      approver: 'admin:test',
    })
  }
}
