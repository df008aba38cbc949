import t from 'tap'
import { Company } from '../support/company.ts'
import { rollOut } from '../support/company-rollout.ts'
import {
  approveReorder,
  demandKnown,
  feed,
  inspections,
  inspectRings,
  planning,
  planRings,
  ring,
  ringReceipt,
  ringsPlace,
} from '../support/dongchen.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { buyer, defineContract, envelopes, seller } from '../support/signing-company.ts'
import { SigningRoom } from '../support/signing-room.ts'
import { Visitor } from '../support/signing-visitor.ts'

const shipments = 'logistics.shipments@1'
const epcis = 'logistics.epcis@1'
const orders = 'orders.visibility@1'
const nonconformities = 'quality.nonconformity@1'
const orderId = 'SO-2001'
const lot = 'RING-LOT-3'
const sscc = '106141412345678908'
const unit = `https://id.gs1.org/00/${sscc}`
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const now = Date.now()
const instant = (ms: number) => new Date(ms).toISOString()
const promisedAt = instant(now + 3 * DAY_MS)

const room = await SigningRoom.open(t)
const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment: room.environment })
const company = await Company.open(t, host, 'dongchen', [
  'business-events',
  'quality-checks',
  'inventory-forecast',
  'logistics-tracking',
  'e-signature',
  'order-visibility',
])
await room.furnish(company)
const configOf = (plugin: string) =>
  `/v1/tenants/dongchen/plugins/${encodeURIComponent(plugin)}/config`
const owners = [{ kind: 'temperature', owner: 'cold-chain-desk' }, { owner: 'dispatch' }]
await company.admin.request('PUT', configOf('@signalbox/logistics-tracking'), {
  exceptions: { owners },
})

const view = () => company.ask(orders, 'order', { orderId })
/** The view, once it is as it should be. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
const seen = (what: string, isThere: (order: any) => boolean) =>
  company
    .eventually(
      what,
      () => company.call(orders, 'order', { orderId }),
      ({ status, body }) => status === 200 && isThere(body),
    )
    .then(({ body }) => body)
const event = (type: string, id: string, key: string, data: object) => ({
  ...{ id, type, partitionkey: key, data },
})

t.test('a company that has been at work for two years takes an order', async (t) => {
  t.match(await feed(t, company), /^786 events taken/)
  await demandKnown(company)
  await company.ask(planning, 'defineItems', {
    items: [{ ...ringsPlace, unit: 'C62', supplier: 'LIYUAN', leadTimeDays: 10, packSize: 100 }],
  })
  const { id } = await company.ask(planning, 'startRun')
  await company.eventually(
    'the end of the run',
    async () =>
      (await company.ask(planning, 'runs')).items.find((one: { id: string }) => one.id === id),
    (one) => one?.state === 'completed',
  )
  await planRings(company)
  const line = { line: '1', sku: ring, quantity: 2700, unit: 'C62', location: 'east' }
  const data = { orderId, customer: 'VOLT', placedAt: instant(now), promisedAt, lines: [line] }
  await company.send([event('orders.order.created', 'created', orderId, data)])
  const order = await seen('the order', ({ stage }) => stage === 'entered')
  t.match(order, { customer: 'VOLT', promise: { promisedAt } })
})

t.test('both parties sign its contract, and it is released', async (t) => {
  await defineContract(company, { isSealed: false })
  const wish = { template: 'sale', orderId, recipients: [buyer, seller] }
  const contractData = { subject: '轴承套圈 6204，2700 件', amount: '27000.00' }
  const made = await company.ask(envelopes, 'createFromTemplate', { ...wish, data: contractData })
  const { envelope } = made
  await company.ask(envelopes, 'send', { envelope })
  for (const { email } of [buyer, seller]) {
    const { status, body } = await new Visitor(company, room, email).sign()
    t.match({ status, body }, { status: 200, body: { own: 'signed' } })
  }
  const signed = await company.eventually(
    'all signatures',
    () => company.ask(envelopes, 'envelope', { envelope }),
    ({ state }) => state === 'completed',
  )
  t.match(signed, { orderId, documents: [{ level: 'B-T' }] })
  const data = { orderId, releasedAt: instant(Date.now()), by: 'contract desk' }
  await company.send([event('orders.order.released', 'released', orderId, data)])
  // Two plugins tell it, and none waits for the other.
  const order = await seen(
    'the release of what was signed',
    ({ stage, contracts: [one] }) => stage === 'released' && one?.state === 'completed',
  )
  t.match(order.contracts, [{ envelope }])
})

t.test('the supplier ships, and the cold chain breaks on the way', async (t) => {
  const purchase = {
    ...{ purchaseOrder: 'PO-2001', supplier: 'LIYUAN', placedAt: instant(now) },
    lines: [
      { line: '1', sku: ring, quantity: 2700, unit: 'C62', location: 'east', forOrder: orderId },
    ],
  }
  await company.send([event('purchasing.order.placed', 'purchase', 'PO-2001', purchase)])
  await company.ask(shipments, 'register', {
    ...{ shipment: 'SHP-2001', direction: 'inbound', orders: [orderId], purchaseOrder: 'PO-2001' },
    ...{ from: 'WUXI', to: 'SUZHOU', promisedAt },
    parcels: [
      {
        trackingNumber: sscc,
        contents: [{ sku: ring, quantity: 2700, unit: 'C62', lot }],
      },
    ],
  })
  await company.ask(epcis, 'setSensorLimit', {
    scope: 'unit',
    value: unit,
    measure: 'temperature',
    upper: 8,
  })
  const at = instant(now - 5 * HOUR_MS)
  const document = {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    ...{ type: 'EPCISDocument', schemaVersion: '2.0', creationDate: at },
    epcisBody: {
      eventList: [
        {
          ...{
            type: 'ObjectEvent',
            action: 'OBSERVE',
            eventTime: at,
            eventTimeZoneOffset: '+08:00',
          },
          ...{ epcList: [unit], bizStep: 'shipping', disposition: 'in_transit' },
          sensorElementList: [
            {
              sensorMetadata: { time: at },
              sensorReport: [{ type: 'Temperature', value: 14.2, uom: 'CEL' }],
            },
          ],
        },
      ],
    },
  }
  t.match(await company.ask(epcis, 'capture', { document }), { captured: 1 })
  const { items } = await company.eventually(
    'the alarm',
    () => company.ask(shipments, 'exceptions', { open: true, kind: 'temperature' }),
    ({ items }) => items.length > 0,
  )
  t.match(items, [{ shipment: 'SHP-2001', owner: 'cold-chain-desk' }])
  const order = await seen('a blocker', ({ blockers }) =>
    blockers.some(({ owner }: { owner?: string }) => owner === 'cold-chain-desk'),
  )
  t.match(order.parcels, [{ shipment: 'SHP-2001', exception: 'temperature' }])
  await seen('the way', ({ parcels }) => parcels[0]?.status === 'in-transit')
})

t.test('it is delivered; tightened inspection rejects the lot, and an 8D begins', async (t) => {
  const delivered = {
    trackingNumber: sscc,
    status: 'delivered',
    at: instant(now - HOUR_MS),
    place: 'SUZHOU',
  }
  await company.ask(shipments, 'report', delivered)
  await seen('the delivery', ({ parcels }) => parcels[0]?.status === 'delivered')
  for (const [number, scratched] of [
    [1, 9],
    [2, 11],
    [3, 12],
  ] as const) {
    const of =
      number === 3
        ? {
            orders: [orderId],
            shipment: 'SHP-2001',
            purchaseOrder: 'PO-2001',
            purchaseOrderLine: '1',
          }
        : {}
    await company.send([ringReceipt(number, of)])
    t.equal(await inspectRings(company, `RING-LOT-${number}`, scratched), 'reject')
  }
  const { items } = await company.ask(inspections, 'severities', { supplier: 'LIYUAN', item: ring })
  t.match(items, [{ severity: 'tightened' }])
  const order = await seen(
    'the rejection',
    ({ quality: [one] }) => one?.nonconformity !== undefined && one.state === 'rejected',
  )
  t.match(order.quality, [{ lot, severity: 'tightened' }])
  const { state } = await company.ask(nonconformities, 'get', {
    id: order.quality[0].nonconformity,
  })
  t.not(state, 'closed')
})

t.test(
  'stock may run out, more is ordered, and the order says why it is late and who has it',
  async (t) => {
    const at = instant(Date.now())
    const counted = { ...ringsPlace, onHand: 8200, unit: 'C62', at }
    await company.send([event('stock.level.counted', 'count', `${ring}@east`, counted)])
    t.match((await approveReorder(company, 3 * 2700)).decided, { state: 'approved' })
    const order = await seen('the risk', ({ promise }) => (promise.onTimeProbability ?? 1) < 0.5)
    t.ok(order.promise.reasons.length > 0)
    t.ok(Date.parse(order.promise.expectedAt) > Date.parse(promisedAt), 'it is expected late')
    const withOwners = order.blockers.filter(
      (one: { owner?: string; nextAction?: object }) => one.owner && one.nextAction,
    )
    t.ok(withOwners.length > 0, JSON.stringify(order.blockers))
  },
)

const blockOf = {
  '@signalbox/e-signature': 'contracts',
  '@signalbox/logistics-tracking': 'parcels',
  '@signalbox/quality-checks': 'quality',
  '@signalbox/inventory-forecast': 'cover',
} as const

for (const [plugin, block] of Object.entries(blockOf)) {
  t.test(`the order is seen without ${plugin}, and its block says what it is`, async (t) => {
    const before = await seen('fresh blocks', ({ blocks }) => stateOf(blocks, block) === 'fresh')
    const path = `/v1/tenants/dongchen/plugins/${encodeURIComponent(plugin)}`
    await company.admin.request('PUT', path, { binding: 'disabled' })
    // What was away before is looked for again after some seconds, by each sandbox for itself.
    const without = await seen('this block alone without its plugin', ({ blocks }) =>
      Object.values(blockOf).every(
        (one) => (stateOf(blocks, one) === 'unavailable') === (one === block),
      ),
    )
    t.same(without[block], before[block], 'what was told stays')
    t.equal(without.stage, before.stage)
    const since = instant(Date.now() - HOUR_MS)
    await company.admin.request('PUT', path, { binding: 'enabled' })
    await company.admin.request('POST', `${path}:replay-events`, { since })
    const again = await seen('the plugin again', ({ blocks }) => stateOf(blocks, block) === 'fresh')
    t.same(told(again), told(before), 'nothing was lost or doubled')
  })
}

t.test('order visibility hears what it missed while it was away', async (t) => {
  const before = await view()
  const path = '/v1/tenants/dongchen/plugins/%40signalbox%2Forder-visibility'
  await company.admin.request('PUT', path, { binding: 'disabled' })
  const since = instant(Date.now() - 1000)
  const at = instant(Date.now())
  const invoice = { orderId, invoiceId: 'INV-1', issuedAt: at, amount: '2700.00', currency: 'CNY' }
  await company.send([event('orders.invoice.issued', 'invoice', orderId, invoice)])
  await company.admin.request('PUT', path, { binding: 'enabled' })
  await company.admin.request('POST', `${path}:replay-events`, { since })
  const after = await seen(
    'the invoice',
    ({ timeline }) => timeline.length > before.timeline.length,
  )
  t.match(JSON.stringify(after.timeline), /invoice/i)
  // A fact may be there that its order is not folded of yet.
  const checked = await company.eventually(
    'a look with nothing behind',
    () => company.ask(orders, 'checkReplay', {}),
    ({ behind }) => behind === 0,
  )
  t.same(checked.differing, [])
})

t.test(
  'a version of logistics that breaks is taken back, and no view of the order shows it',
  async (t) => {
    const before = await view()
    const edition = {
      version: '1.1.0',
      edit: {
        'src/shipments/shipment-reads.ts': (text: string) =>
          text.replace(
            'const [row] = rows\n',
            "const [row] = rows\n  if (shipment === 'SHP-2001') throw new Error('broken')\n",
          ),
      },
    }
    const statuses = new Set<number>()
    const steps = [
      { weightBp: 5000, hold: { durationMs: 600_000 } },
      { weightBp: 10_000, hold: {} },
    ]
    const rollout = await rollOut(company, 'logistics-tracking', edition, steps, async () => {
      const asked = [1, 2, 3, 4].map(() =>
        company.call(shipments, 'shipment', { shipment: 'SHP-2001' }),
      )
      for (const { status } of await Promise.all(asked)) statuses.add(status)
      statuses.add((await company.call(orders, 'order', { orderId })).status)
    })
    t.equal(rollout.state, 'aborted')
    t.equal(rollout.transitions.at(-1)?.actor, 'judge')
    t.same(statuses, new Set([200]), 'nobody saw it')
    const after = await seen(
      'fresh parcels',
      ({ blocks }) => stateOf(blocks, 'parcels') === 'fresh',
    )
    t.same(after.parcels, before.parcels)
    t.match(sourceOf(after.blocks, 'parcels'), /@1\.0\.0$/)
    t.same(await company.deadLetters(), [])
  },
)

/** What does not change while nothing happens: how fresh blocks are, when something is expected, and how long a stage has lasted, are of the moment. */
function told({ blocks: _, ageHours: __, promise, timeline, ...order }: Shown): object {
  const { expectedAt: ___, onTimeProbability: ____, ...rest } = promise
  return { ...order, promise: rest, timeline: timeline.map(({ hours: _____, ...entry }) => entry) }
}

interface Shown {
  readonly blocks: readonly Block[]
  readonly ageHours?: number
  readonly timeline: readonly { readonly hours?: number }[]
  readonly promise: { readonly expectedAt?: string; readonly onTimeProbability?: number }
}

interface Block {
  readonly block: string
  readonly state: string
  readonly source: string
}

function stateOf(blocks: readonly Block[] | undefined, name: string): string | undefined {
  return blocks?.find(({ block }) => block === name)?.state
}

function sourceOf(blocks: readonly Block[], name: string): string {
  return blocks.find(({ block }) => block === name)?.source ?? ''
}
