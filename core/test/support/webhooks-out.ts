import { randomBytes, randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Test } from 'tap'
import { parsePlaces } from '../../src/broker/http/operator-list.ts'
import type { HostClient } from '../../src/cli/host-client.ts'
import {
  emptySnapshot,
  type Snapshot,
  serviceKey,
  tenantKey,
  versionKey,
} from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { EndpointService } from '../../src/webhooks-out/endpoint-service.ts'
import { FanOut } from '../../src/webhooks-out/fan-out.ts'
import { insertDeliveries } from '../../src/webhooks-out/out-delivery-store.ts'
import { publisherKey } from './events.ts'
import type { HostProcess } from './host-process.ts'
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
  const held: { snapshot: Snapshot; newest?: Snapshot } = { snapshot: offering('acme', 'app') }
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
  const catchUp = async () => {
    held.snapshot = held.newest ?? held.snapshot
  }
  return { clock, held, sealer, places: read.places, endpoints, queueAll, now, snapshot, catchUp }
}

export const admin = { actor: 'admin:acme/tok_1', traceId: null }

/** Endpoints of acme, one of them to be deleted, and two deliveries of the first that could not be made. */
async function deadWebhooks(hostUrl: string, client: HostClient) {
  const make = () => client.request<{ id: string }>('POST', '/v1/webhooks', wish)
  const [id, spare] = [(await make()).id, (await make()).id]
  const knex = createKnex(hostUrl)
  const said = { endpoint: id, tenant: 'acme', event: null, type: 'orders.created', key: null }
  const one = { ...said, message: 'msg_1', body: '{}' }
  await insertDeliveries(knex, [one, one], new Date(), new Set([id]))
  const deliveries: string[] = await knex('webhook_deliveries').where({ endpoint: id }).pluck('id')
  await knex.destroy()
  return { id, spare, deliveries }
}

const wish = { app: 'app', url: 'https://receiver.invalid/', types: ['orders.*'] }

interface Doors<Door> {
  readonly tenants: Door
  readonly hidden: Door
  /** Whose own key is of a service that offers events. */
  readonly streams: Door
}

/** Every route by which events go out, with a request that its owner could make. */
export async function outRoutes(
  host: HostProcess,
  hostUrl: string,
  { adminToken }: { readonly adminToken: string },
) {
  const { id, spare, deliveries } = await deadWebhooks(hostUrl, host.as(adminToken))
  const own = await publisherKey(host, { tenant: 'acme', adminToken })
  const at = `/v1/webhooks/${id}`
  const since = '2020-01-01T00:00:00Z'
  return <Door>({ tenants, hidden, streams }: Doors<Door>) => ({
    'GET /v1/webhooks': { door: tenants, at: '/v1/webhooks?tenant=acme' },
    'POST /v1/webhooks': { door: tenants, at: '/v1/webhooks', body: { ...wish, tenant: 'acme' } },
    'GET /v1/webhooks/{id}': { door: hidden, at },
    'PATCH /v1/webhooks/{id}': { door: hidden, at, body: { description: 'of the probe' } },
    'DELETE /v1/webhooks/{id}': { door: hidden, at: `/v1/webhooks/${spare}` },
    'POST /v1/webhooks/{id}:{command}': {
      ...{ door: hidden, at: `${at}:rotate` },
      body: { overlapHours: 1 },
    },
    'GET /v1/webhooks/{id}/deliveries': { door: hidden, at: `${at}/deliveries` },
    'GET /v1/webhooks/{id}/deliveries/{delivery}': {
      ...{ door: hidden, at: `${at}/deliveries/${deliveries[0]}` },
    },
    'POST /v1/webhooks/{id}/deliveries/{delivery}:replay': {
      ...{ door: hidden, at: `${at}/deliveries/${deliveries[1]}:replay` },
    },
    'POST /v1/webhooks/{id}/deliveries:replay': {
      ...{ door: hidden, at: `${at}/deliveries:replay`, body: { since } },
    },
    'GET /api/{service}/v{major}/stream': {
      door: { ...streams, stranger: 401, app: 403, own },
      at: '/api/events.publisher/v1/stream?follow=false&after=0',
    },
    'GET /v1/events/stream': {
      ...{ door: { ...streams, own }, at: '/v1/events/stream?follow=false&after=0' },
    },
  })
}
