import t from 'tap'
import { inspectionHost } from './inspection-host.ts'

const plan = {
  plan: 'rings',
  name: { en: 'Rings' },
  scope: { item: 'RING' },
  characteristics: [
    {
      id: 'surface',
      name: { en: 'Surface' },
      kind: 'attribute',
      classes: [
        { class: 'major', aql: 1 },
        { class: 'minor', aql: 2.5 },
      ],
    },
  ],
  sampling: { kind: 'aql', scheme: 'mil-std-105e', level: 'II', type: 'single' },
  frequency: { kind: 'all' },
  decidedBy: 'person',
  dueHours: 24,
}

const receipt = (lot: string, more: object = {}) => ({
  receipt: `R-${lot}`,
  lot,
  supplier: 'LIYUAN',
  item: 'RING',
  quantity: 500,
  unit: 'C62',
  location: 'east',
  receivedAt: '2026-11-27T08:00:00Z',
  purchaseOrder: 'PO-1',
  orders: ['SO-1'],
  ...more,
})

t.test('a receipt is held first, inspected by its plan, decided by quantities', async (t) => {
  const { host, call } = await inspectionHost(t)
  await call('definePlan', plan)
  await host.emit('stock.receipt.created', receipt('L-1'), { key: 'L-1' })
  t.strictSame(
    host.published.map(({ type }) => type),
    ['quality.lot.held', 'quality.inspection.created'],
  )
  const { items } = await call('worklist', {})
  t.match(items, [{ lot: 'L-1', state: 'open', quantities: { pending: 500, accepted: 0 } }])
  const [{ inspection }] = items
  const status = await call('lotStatus', { lot: 'L-1' })
  t.match(status, { state: 'held', severity: 'normal', plan: { plan: 'rings', version: 1 } })
  t.match(status.sampling, [
    { class: 'major', letter: 'H', sampleSize: 50, accept: 1, reject: 2 },
    { class: 'minor', sampleSize: 50, accept: 3 },
  ])
  const after = await call('record', {
    inspection,
    results: [
      {
        id: 'r1',
        characteristic: 'surface',
        inspected: 50,
        defects: [{ class: 'major', count: 1, code: 'scratch' }],
      },
    ],
  })
  t.match(after, {
    state: 'awaiting-decision',
    suggestion: { outcome: 'accept', accept: 499, reject: 1 },
  })
  const decided = await call('decide', {
    inspection,
    id: 'd1',
    revision: after.revision,
    lines: [
      { to: 'accepted', quantity: 499 },
      { to: 'rejected', quantity: 1, disposition: 'return' },
    ],
    reason: { text: 'One scratched ring goes back.' },
  })
  t.match(decided, {
    state: 'decided',
    quantities: { accepted: 499, rejected: 1, pending: 0, hold: 0 },
  })
  t.match(await call('lotStatus', { lot: 'L-1' }), { state: 'split' })
  t.match(await call('inspection', { inspection }), {
    decisions: [{ id: 'd1' }],
    measurements: [{ id: 'r1' }],
  })
  t.match(await call('orderRisk', { orderId: 'SO-1' }), {
    lots: 1,
    reasons: [{ code: 'LOT_REJECTED' }],
  })
  t.match(await call('severities', {}), { items: [{ severity: 'normal' }, {}] })
})
