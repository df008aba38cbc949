import { randomBytes, randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Test } from 'tap'
import { parsePlaces } from '../../src/broker/http/operator-list.ts'
import {
  emptySnapshot,
  type Snapshot,
  serviceKey,
  tenantKey,
  versionKey,
} from '../../src/rollout/routing/snapshot.ts'
import { EndpointService } from '../../src/webhooks-out/endpoint-service.ts'
import { FanOut } from '../../src/webhooks-out/fan-out.ts'
import { version } from './recorded-call.ts'
import { keyFile, nodeKeys } from './sealing.ts'

export const START = Date.UTC(2026, 0, 1)

/** A tenant with an app that is subscribed to a service, which offers orders.created and orders.deleted. */
export function offering(tenant: string, app: string): Snapshot {
  const plugin = '@acme/orders'
  const offers = ['orders.created', 'orders.deleted'].map((type) => ({
    service: 'orders',
    major: 1,
    type,
    delivery: type === 'orders.created' ? (['stream', 'webhook'] as const) : (['webhook'] as const),
  }))
  const subscription = {
    ...{ id: 'sub_1', tenant, app, service: 'orders', major: 1, plan: 'standard' },
    limit: { ratePerS: 1, burst: 1 },
    scopes: null,
    state: 'active' as const,
  }
  return {
    ...emptySnapshot,
    generation: 1,
    stable: new Map([[plugin, '1.0.0']]),
    versions: new Map([
      [versionKey(plugin, '1.0.0'), { ...version, plugin, version: '1.0.0', offers }],
    ]),
    bindings: new Map([[tenantKey(tenant, plugin), { binding: 'enabled', pinnedVersion: null }]]),
    providers: new Map([[serviceKey('orders', 1), plugin]]),
    subscriptions: new Map([['sub_1', subscription]]),
  }
}

/** What makes endpoints and queues for them, on a clock of the test. */
export async function webhookRoom(t: Test, knex: Knex, allow = '127.0.0.1') {
  await knex('tenants')
    .insert([
      { id: 'acme', name: 'Acme' },
      { id: 'globex', name: 'Globex' },
    ])
    .onConflict('id')
    .ignore()
  await knex('apps').insert({ tenant: 'acme', id: 'app', name: 'App' })
  const clock = { now: START }
  const held = { snapshot: offering('acme', 'app') }
  const { sealer } = nodeKeys(knex, await keyFile(t))
  const read = parsePlaces(allow)
  if ('wrong' in read) throw new Error(read.wrong)
  const now = () => clock.now
  const snapshot = () => held.snapshot
  const nothing = () => undefined
  const endpoints = new EndpointService({
    ...{ knex, sealer, now, randomBytes, randomUUID, places: read.places },
    onQueued: nothing,
  })
  const reach = async () => undefined
  const fanOut = new FanOut({
    knex,
    snapshot,
    reach,
    now,
    onQueued: nothing,
    log: { warn: nothing },
  })
  const queueAll = async () => {
    while (await fanOut.step());
  }
  return { clock, held, sealer, places: read.places, endpoints, queueAll, now, snapshot }
}

export const admin = { actor: 'admin:acme/tok_1', traceId: null }
