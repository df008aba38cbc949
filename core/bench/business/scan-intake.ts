import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Company } from '../../test/support/company.ts'
import { quantile, round1 } from '../quantile.ts'

const SERVICE = 'logistics.shipments@1'
const HOOK = '/v1/tenants/{tenant}/plugins/@signalbox%2Flogistics-tracking/hooks/carrier'
const HOUR_MS = 3_600_000
/** Each parcel from its label to its delivery. */
const WAY = ['label-created', 'picked-up', 'in-transit', 'arrived-at-hub', 'out-for-delivery']
/** What the host takes of one address a second. */
const PER_SECOND = 50
/** Senders send again what they are not sure of. */
const AGAIN = 10

interface Told {
  readonly trackingNumber: string
  readonly status: string
  readonly at: string
  readonly place: string
}

/**
 * Signed deliveries of scans over HTTP, as fast as the host takes them of one address: how soon each is acknowledged, and how many
 * scans a second are recorded, folded and told of, from the first delivery to the last shipment that is delivered.
 * @param scansEach of one delivery
 */
export async function scanIntake(
  company: Company,
  { seconds, scansEach }: { readonly seconds: number; readonly scansEach: number },
): Promise<Readonly<Record<string, unknown>>> {
  const deliveries = seconds * PER_SECOND
  const name = `${scansEach}-${Date.now()}`
  const scans = scansOf(name, Math.ceil((deliveries * scansEach) / (WAY.length + 1)))
  const parcels = [...new Set(scans.map(({ trackingNumber }) => trackingNumber))]
  for (let i = 0; i < parcels.length; i += 8) await registerAll(company, parcels.slice(i, i + 8))
  const send = await openHook(company)
  const acks: number[] = []
  const begun = performance.now()
  const sent: Promise<void>[] = []
  for (let i = 0; i < scans.length; i += scansEach) {
    const body = JSON.stringify({ scans: scans.slice(i, i + scansEach) })
    const id = `${name}-${i}`
    sent.push(send(id, body, acks))
    if ((i / scansEach) % AGAIN === 0) sent.push(send(`${id}-again`, body, acks))
    const due = begun + (sent.length / PER_SECOND) * 1000
    await delay(Math.max(0, due - performance.now()))
  }
  await Promise.all(sent)
  const sentMs = performance.now() - begun
  await company.eventually(
    'the last delivery',
    () => company.ask(SERVICE, 'shipments', { open: true, limit: 1 }),
    // The newest come first: others that are open were there before.
    ({ items: [newest] }) => newest?.shipment.startsWith(`B${name}`) !== true,
    300_000,
  )
  const allMs = performance.now() - begun
  return {
    scans: sent.length * scansEach,
    sent_per_s: round1((sent.length * scansEach * 1000) / sentMs),
    events_per_s: round1((sent.length * scansEach * 1000) / allMs),
    hook_ack_ms_p50: round1(quantile(acks, 0.5)),
    hook_ack_ms_p99: round1(quantile(acks, 0.99)),
    behind_ms: round1(allMs - sentMs),
  }
}

/** By the time that they happened at: each delivery has scans of several parcels, as carriers send them. */
function scansOf(name: string, parcels: number): readonly Told[] {
  const now = Date.now()
  const steps = [...WAY, 'delivered']
  return steps.flatMap((status, step) =>
    Array.from({ length: parcels }, (_, i) => ({
      ...{ trackingNumber: `B${name}-${i}`, status, place: `Hub ${(i + step) % 50}` },
      at: new Date(now - (steps.length - step) * HOUR_MS + i).toISOString(),
    })),
  )
}

async function registerAll(company: Company, numbers: readonly string[]): Promise<void> {
  await Promise.all(
    numbers.map((number) =>
      company.ask(SERVICE, 'register', {
        ...{ shipment: number, direction: 'outbound', from: 'Suzhou', to: 'Wuhan' },
        parcels: [{ trackingNumber: number, carrier: 'sf-express' }],
      }),
    ),
  )
}

async function openHook(company: Company) {
  const made = await company.admin.request<{ address: string; secret: string }>(
    'POST',
    HOOK.replace('{tenant}', company.tenant),
    {},
  )
  const key = Buffer.from(made.secret.slice('whsec_'.length), 'base64')
  return async (id: string, body: string, acks: number[]): Promise<void> => {
    const time = String(Math.floor(Date.now() / 1000))
    const mac = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
    const begun = performance.now()
    const response = await fetch(`${company.host.url}${made.address}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': `v1,${mac}`,
      },
      body,
    })
    await response.arrayBuffer()
    acks.push(performance.now() - begun)
    if (response.status !== 202) throw new Error(`a delivery was answered ${response.status}`)
  }
}
