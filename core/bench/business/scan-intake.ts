import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Company } from '../../test/support/company.ts'
import { quantile, round1 } from '../quantile.ts'

const SERVICE = 'logistics.shipments@1'
const VISIBILITY = 'orders.visibility@1'
const HOOK = '/v1/tenants/{tenant}/plugins/@signalbox%2Flogistics-tracking/hooks/carrier'
const HOUR_MS = 3_600_000
/** Each parcel from its label to its delivery. */
const WAY = ['label-created', 'picked-up', 'in-transit', 'arrived-at-hub', 'out-for-delivery']
/** What the host takes of one address a second, but for a burst. */
const PER_SECOND = 50
/** Senders send again what they are not sure of: beyond that, within the burst, and never counted. */
const AGAIN = 10
/** Of the orders, so many are looked at; each is asked for until it is there. */
const LOOKED_AT = 40
const PATIENCE_MS = 300_000

interface Told {
  readonly trackingNumber: string
  readonly status: string
  readonly at: string
  readonly place: string
}

interface Wish {
  readonly seconds: number
  /** Of one delivery. */
  readonly scansEach: number
  /** Each shipment is of an order, whose view is to show the delivery too. */
  readonly withOrders?: boolean
}

interface Taken {
  readonly scans: number
  readonly sentPerS: number
  /** Recorded, folded and told of, up to the last shipment that is delivered. */
  readonly takenPerS: number
  readonly ackMsP50: number
  readonly ackMsP99: number
  /** From the last acknowledgement until all is taken in, and until the orders show it. */
  readonly behindMs: number
  readonly ordersPerS: number
  readonly ordersBehindMs: number
}

/** Signed deliveries of scans over HTTP, as fast as the host takes them of one address for long. What is sent twice counts once. */
export async function scanIntake(company: Company, wish: Wish): Promise<Taken> {
  const { seconds, scansEach, withOrders = false } = wish
  const name = `${scansEach}-${Date.now()}`
  const scans = scansOf(name, Math.ceil((seconds * PER_SECOND * scansEach) / (WAY.length + 1)))
  const parcels = [...new Set(scans.map(({ trackingNumber }) => trackingNumber))]
  if (withOrders) await company.send(parcels.map(orderOf).map(placed))
  for (let i = 0; i < parcels.length; i += 8) {
    // 160 a second: the plan lets 200 through.
    await Promise.all([registerAll(company, parcels.slice(i, i + 8), withOrders), delay(50)])
  }
  if (withOrders) await seeOrders(company, parcels, 'registered')
  const send = await openHook(company)
  const begun = performance.now()
  const acks = await sendAll(send, name, scans, scansEach)
  const sentMs = performance.now() - begun
  await company.eventually(
    'the last delivery',
    () => company.ask(SERVICE, 'shipments', { open: true, limit: 1 }),
    // The newest come first: others that are open were there before.
    ({ items: [newest] }) => newest?.shipment.startsWith(`B${name}`) !== true,
    PATIENCE_MS,
  )
  const takenMs = performance.now() - begun
  if (withOrders) await seeOrders(company, parcels, 'delivered')
  const seenMs = performance.now() - begun
  return {
    scans: scans.length,
    sentPerS: round1((scans.length * 1000) / sentMs),
    takenPerS: round1((scans.length * 1000) / takenMs),
    ackMsP50: round1(quantile(acks, 0.5)),
    ackMsP99: round1(quantile(acks, 0.99)),
    behindMs: round1(takenMs - sentMs),
    ordersPerS: round1((scans.length * 1000) / seenMs),
    ordersBehindMs: round1(seenMs - sentMs),
  }
}

type Send = (id: string, body: string) => Promise<number>

/** @returns how long each acknowledgement took */
async function sendAll(
  send: Send,
  name: string,
  scans: readonly Told[],
  scansEach: number,
): Promise<readonly number[]> {
  const begun = performance.now()
  const sent: Promise<number>[] = []
  for (let i = 0; i < scans.length; i += scansEach) {
    const body = JSON.stringify({ scans: scans.slice(i, i + scansEach) })
    const id = `${name}-${i}`
    const nth = i / scansEach
    sent.push(send(id, body))
    if (nth % AGAIN === 0) sent.push(send(id, body))
    const due = begun + ((nth + 1) / PER_SECOND) * 1000
    await delay(Math.max(0, due - performance.now()))
  }
  return Promise.all(sent)
}

const orderOf = (parcel: string) => `SO-${parcel}`

function placed(orderId: string) {
  const line = { line: '1', sku: 'RING-6204', quantity: 10, unit: 'C62' }
  const now = Date.now()
  return {
    id: orderId,
    type: 'orders.order.created',
    partitionkey: orderId,
    data: {
      ...{ orderId, customer: 'VOLT', placedAt: new Date(now - 8 * HOUR_MS).toISOString() },
      ...{ promisedAt: new Date(now + 240 * HOUR_MS).toISOString(), lines: [line] },
    },
  }
}

/** Waits until orders from all over show their parcel so. */
async function seeOrders(company: Company, parcels: readonly string[], status: string) {
  const step = Math.max(1, Math.floor(parcels.length / LOOKED_AT))
  for (const parcel of parcels.filter((_, index) => index % step === 0)) {
    await company.eventually(
      `${orderOf(parcel)} ${status}`,
      () => company.call(VISIBILITY, 'order', { orderId: orderOf(parcel), include: ['parcels'] }),
      ({ body }) => body?.parcels?.[0]?.status === status,
      PATIENCE_MS,
    )
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

async function registerAll(company: Company, numbers: readonly string[], withOrders: boolean) {
  await Promise.all(
    numbers.map((number) =>
      company.ask(SERVICE, 'register', {
        ...{ shipment: number, direction: 'outbound', from: 'Suzhou', to: 'Wuhan' },
        ...(withOrders ? { orders: [orderOf(number)] } : {}),
        parcels: [{ trackingNumber: number, carrier: 'sf-express' }],
      }),
    ),
  )
}

async function openHook(company: Company): Promise<Send> {
  const made = await company.admin.request<{ address: string; secret: string }>(
    'POST',
    HOOK.replace('{tenant}', company.tenant),
    {},
  )
  const key = Buffer.from(made.secret.slice('whsec_'.length), 'base64')
  return async (id, body) => {
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
    if (response.status !== 202) throw new Error(`a delivery was answered ${response.status}`)
    return performance.now() - begun
  }
}
