import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { installFixture } from './fixture-plugin.ts'
import type { HostProcess } from './host-process.ts'
import { callProbe, type Reply } from './probe.ts'

/** Two plugins that know each other only by the events they exchange; see fixtures/events-*-plugin. */
export const publisher = '@events/publisher'
export const subscriber = '@events/subscriber'

export async function installEventPlugins(host: HostProcess): Promise<void> {
  for (const name of ['publisher', 'subscriber']) {
    await installFixture(host, `events-${name}-plugin`, `@events/${name}`)
  }
}

export interface EventTenant {
  readonly tenant: string
  readonly adminToken: string
  /** Of the app `app`, for the publisher's service and the subscriber's. */
  readonly keys: { readonly publisher: string; readonly subscriber: string }
  readonly subscription: string
}

/** @param publisherGrants without `db:own` the publisher has no outbox */
export async function setUpEventTenant(
  host: HostProcess,
  tenant: string,
  publisherGrants: readonly string[] = ['event:publish', 'event:subscribe', 'db:own'],
): Promise<EventTenant> {
  const { adminToken } = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
    id: tenant,
    name: tenant,
  })
  const admin = host.as(adminToken)
  const grants = {
    [publisher]: publisherGrants,
    [subscriber]: ['event:publish', 'event:subscribe', 'db:own'],
  }
  for (const [plugin, capabilities] of Object.entries(grants)) {
    const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}`
    await admin.request('POST', `${path}/grants`, { capabilities })
    await admin.request('PUT', path, { binding: 'enabled' })
  }
  await admin.request('POST', '/v1/apps', { id: 'app', name: 'App' })
  const keyOf = async (service: string) => {
    const body = { app: 'app', service, major: 1 }
    const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', body)
    const path = `/v1/subscriptions/${id}/credentials`
    return { id, key: (await admin.request<{ key: string }>('POST', path)).key }
  }
  const first = await keyOf('events.publisher')
  const second = await keyOf('events.subscriber')
  return {
    tenant,
    adminToken,
    keys: { publisher: first.key, subscriber: second.key },
    subscription: first.id,
  }
}

/** The publisher in a tenant that has an app already. @returns the app's key for its service */
export async function publisherKey(
  host: HostProcess,
  { tenant, adminToken }: Pick<EventTenant, 'tenant' | 'adminToken'>,
): Promise<string> {
  await installFixture(host, 'events-publisher-plugin', publisher)
  const admin = host.as(adminToken)
  const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(publisher)}`
  await admin.request('POST', `${path}/grants`, { capabilities: ['event:publish'] })
  await admin.request('PUT', path, { binding: 'enabled' })
  const wish = { app: 'app', service: 'events.publisher', major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const issued = `/v1/subscriptions/${id}/credentials`
  return (await admin.request<{ key: string }>('POST', issued)).key
}

export function publish(
  host: HostProcess,
  { keys }: EventTenant,
  wish: { type: string; data?: unknown; key?: string; id?: string },
): Promise<Reply> {
  return callProbe(host, keys.publisher, 'publish', wish, 'events.publisher')
}

export interface ReceivedEvent {
  readonly id: string
  readonly type: string
  readonly source: string
  readonly partitionkey?: string
  readonly correlationid: string
  readonly causationid?: string
  readonly hops: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly data: any
}

/** What the subscriber of the tenant has kept, in the order it was told. */
export async function received(
  host: HostProcess,
  tenant: EventTenant,
): Promise<readonly ReceivedEvent[]> {
  return (await memoryOf(host, tenant)).events
}

/** Also the ids of events that its handler has begun with. */
export async function memoryOf(
  host: HostProcess,
  { keys }: EventTenant,
): Promise<{ events: readonly ReceivedEvent[]; tried: readonly string[] }> {
  const reply = await callProbe(host, keys.subscriber, 'received', {}, 'events.subscriber')
  if (reply.status !== 200) throw new Error(`not read: ${JSON.stringify(reply.body)}`)
  return reply.body
}

/** Another publisher's plugin that declares a type of the publisher above, in a folder that npm can publish. */
export async function thiefPlugin(folder: string): Promise<string> {
  return writeFiles(folder, {
    'dist/plugin.js': 'var __signalbox_plugin = { default: {} }',
    'schemas/any.json': '{}',
    'package.json': JSON.stringify({
      name: '@thief/one',
      version: '1.0.0',
      license: 'Apache-2.0',
      keywords: ['signalbox-plugin'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'Thief' },
        runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
        provides: { events: [{ type: 'orders.created', schema: 'schemas/any.json' }] },
      },
    }),
  })
}

/** `POST /v1/events`. */
export async function send(
  host: HostProcess,
  key: string,
  body: unknown,
  type = Array.isArray(body)
    ? 'application/cloudevents-batch+json'
    : 'application/cloudevents+json',
): Promise<Reply> {
  const response = await fetch(`${host.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${key}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  const { status, headers } = response
  return { status, headers, body: text === '' ? null : JSON.parse(text) }
}
