import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { HostClient } from '../src/cli/host-client.ts'
import { npmPublish } from '../src/cli/npm-publish.ts'

const EVENTS_PER_S = 1000
/** A request each 20 ms: small enough to be steady, large enough that HTTP is not what is measured. */
const BATCH = 20
const KEYS = 200

export interface EventFigures {
  readonly event_lag_ms_p95: number
  readonly events_sent: number
  readonly events_delivered: number
  readonly events_per_s: number
}

/**
 * Time from the publishing of an event to the start of its handler in the sandbox, as the host itself counts it, at a
 * thousand events a second over two hundred keys, all sent to the first of the nodes that share the work.
 * @param token the operator's
 */
export async function eventLag(
  urls: readonly [string, ...string[]],
  token: string,
  seconds = 10,
): Promise<EventFigures> {
  const [url] = urls
  const key = await prepare(url, token)
  const before = await lagOf(urls)
  const began = performance.now()
  let sent = 0
  const requests: Promise<void>[] = []
  for (let round = 0; round < (seconds * EVENTS_PER_S) / BATCH; round++) {
    const due = began + (round * BATCH * 1000) / EVENTS_PER_S
    await delay(Math.max(0, due - performance.now()))
    requests.push(sendBatch(url, key, sent))
    sent += BATCH
  }
  await Promise.all(requests)
  const tookS = (performance.now() - began) / 1000
  const after = await settledLag(urls, before.count + sent)
  return {
    event_lag_ms_p95: quantileMs(before, after, 0.95),
    events_sent: sent,
    events_delivered: after.count - before.count,
    events_per_s: Math.round(sent / tookS),
  }
}

async function prepare(url: string, token: string): Promise<string> {
  const client = new HostClient({ url, token })
  const tenant = 'events-bench'
  const service = 'bench.events'
  await npmPublish(join(import.meta.dirname, 'events-plugin'), `${url}/npm/`, token)
  await client.request('POST', '/v1/plugins', { name: '@bench/events' })
  await client.request('POST', '/v1/tenants', { id: tenant, name: 'Events' })
  await client.request('POST', '/v1/apps', { tenant, id: 'app', name: 'App' })
  const path = `/v1/tenants/${tenant}/plugins/@bench%2Fevents`
  await client.request('POST', `${path}/grants`, { capabilities: ['event:subscribe'] })
  await client.request('PUT', path, { binding: 'enabled' })
  await client.request('PUT', `/v1/tenants/${tenant}/apps/app/events`, { types: ['bench.counted'] })
  const wish = { tenant, app: 'app', service, major: 1 }
  const { id } = await client.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const issued = await client.request<{ key: string }>(
    'POST',
    `/v1/subscriptions/${id}/credentials`,
  )
  return issued.key
}

async function sendBatch(url: string, key: string, from: number): Promise<void> {
  const events = Array.from({ length: BATCH }, (_, index) => ({
    specversion: '1.0',
    id: `bench-${from + index}`,
    source: '/tenants/events-bench/apps/app',
    type: 'bench.counted',
    partitionkey: `key-${(from + index) % KEYS}`,
    data: { bin: 'A-7', counted: from + index },
  }))
  const response = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents-batch+json',
      authorization: `Bearer ${key}`,
    },
    body: JSON.stringify(events),
  })
  if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
}

interface Lag {
  readonly count: number
  /** By upper bound in seconds, cumulative. */
  readonly buckets: ReadonlyMap<number, number>
}

async function lagOf(urls: readonly string[]): Promise<Lag> {
  const buckets = new Map<number, number>()
  for (const url of urls) {
    const text = await (await fetch(`${url}/metrics`)).text()
    for (const [, bound, count] of text.matchAll(
      /^signalbox_event_lag_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm,
    )) {
      const upTo = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound)
      buckets.set(upTo, (buckets.get(upTo) ?? 0) + Number(count))
    }
  }
  return { count: buckets.get(Number.POSITIVE_INFINITY) ?? 0, buckets }
}

async function settledLag(urls: readonly string[], count: number): Promise<Lag> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const lag = await lagOf(urls)
    if (lag.count >= count || performance.now() > deadline) return lag
    await delay(100)
  }
}

/** Within a bucket straight: the bounds are close together below 100 ms. */
function quantileMs(before: Lag, after: Lag, quantile: number): number {
  const rank = (after.count - before.count) * quantile
  let [lowBound, lowCount] = [0, 0]
  for (const [bound, cumulative] of after.buckets) {
    const count = cumulative - (before.buckets.get(bound) ?? 0)
    if (count >= rank && bound !== Number.POSITIVE_INFINITY) {
      const share = (rank - lowCount) / Math.max(1, count - lowCount)
      return Math.round((lowBound + (bound - lowBound) * share) * 10_000) / 10
    }
    ;[lowBound, lowCount] = [bound, count]
  }
  return Number.POSITIVE_INFINITY
}
