import t from 'tap'
import { plan, receipt, rod } from './company-words.ts'
import { inspectionHost } from './inspection-host.ts'

t.test('a receipt is held first, inspected by its plan, decided by quantities', async (t) => {
  const { host, call } = await inspectionHost()
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

t.test('items with serial numbers go each by its own', async (t) => {
  const { host, call } = await inspectionHost({ now: Date.parse('2026-11-27T09:00:00Z') })
  await call('definePlan', rod)
  await call('registerGauge', {
    gauge: 'MIC',
    name: 'Micrometer',
    kind: 'micrometer',
    intervalDays: 365,
    dueOn: '2026-12-31',
  })
  const serials = ['S1', 'S2', 'S3', 'S4']
  const { inspection } = await call('createInspection', {
    document: 'R',
    arrivedAt: '2026-11-27T08:00:00Z',
    lot: 'L',
    item: 'ROD',
    supplier: 'X',
    quantity: 4,
    unit: 'C62',
    serials,
  })
  const of = (sample: string, bore: number, outer: number) => [
    {
      id: `${sample}-bore`,
      sample,
      characteristic: 'bore',
      value: bore / 10,
      unit: 'cm',
      gauge: 'MIC',
    },
    { id: `${sample}-outer`, sample, characteristic: 'outer', value: outer },
  ]
  const first = await call('record', {
    inspection,
    results: [...of('S1', 20, 30), ...of('S2', 20.1, 29.9)],
  })
  t.match(
    first.tests,
    [
      { characteristic: 'bore', inspected: 2, found: 0 },
      { inspected: 2 },
      { characteristic: 'wall', inspected: 2, found: 0 },
    ],
    'values are converted, and the wall is computed',
  )
  t.match(first.suggestion, { outcome: 'sort', accept: 2, clear: 2 })
  const line = (to: string, names: readonly string[], disposition?: string) => ({
    to,
    quantity: names.length,
    serials: names,
    ...(disposition ? { disposition } : {}),
  })
  let { revision } = first
  const decide = async (id: string, lines: readonly object[], text = 'as seen') => {
    const answer = await call('decide', { inspection, id, revision, lines, reason: { text } })
    revision = answer.revision
    return answer
  }
  await t.rejects(
    decide('x', [line('accepted', ['S3'])]),
    { code: 'CONCESSION_REQUIRED' },
    'nobody looked at it',
  )
  await t.rejects(decide('x', [{ to: 'accepted', quantity: 1 }]), { code: 'SERIALS_REQUIRED' })
  await t.rejects(decide('x', [line('accepted', ['S9'])]), { code: 'SERIALS_UNKNOWN' })
  await t.rejects(decide('x', [line('accepted', ['S1', 'S1'])]), { code: 'QUANTITY_INVALID' })
  await decide('d1', [line('accepted', ['S1'])])
  await t.rejects(decide('x', [line('accepted', ['S1'])]), { code: 'SERIALS_ELSEWHERE' })
  const second = await call('record', {
    inspection,
    results: [...of('S3', 20, 29.4), ...of('S4', 20, 30)],
  })
  t.match(second, { state: 'awaiting-decision', suggestion: { accept: 2, reject: 1 } })
  revision = second.revision
  await t.rejects(
    decide('x', [line('accepted', ['S3'])]),
    { code: 'CONCESSION_REQUIRED' },
    'its wall is too thin',
  )
  const last = await decide('d2', [
    line('accepted', ['S2', 'S4']),
    line('rejected', ['S3'], 'scrap'),
  ])
  t.match(last, { state: 'decided', quantities: { accepted: 3, rejected: 1 } })
  t.match(await call('inspection', { inspection }), {
    serials: { accepted: ['S1', 'S2', 'S4'], rejected: ['S3'] },
  })
  t.match(
    host.published.filter(({ type }) => type === 'quality.lot.rejected'),
    [
      {
        data: {
          serials: ['S3'],
          disposition: 'scrap',
          defects: [{ code: 'wall', class: 'critical', count: 1 }],
        },
      },
    ],
  )
  const recalled = await decide(
    'd3',
    [{ from: 'accepted', to: 'hold', quantity: 1, serials: ['S1'] }],
    'A customer complains.',
  )
  t.match(recalled, {
    state: 'awaiting-decision',
    quantities: { accepted: 2, hold: 1, rejected: 1 },
  })
  t.match(host.published.filter(({ type }) => type === 'quality.lot.held').at(-1), {
    data: { held: 1 },
  })
})

t.test('two who decide at once: one wins, the other is told', async (t) => {
  const { call, host } = await inspectionHost()
  await call('definePlan', plan)
  const { inspection, revision } = await call('createInspection', {
    document: 'R',
    arrivedAt: '2026-11-27T08:00:00Z',
    lot: 'L',
    item: 'RING',
    supplier: 'X',
    quantity: 500,
    unit: 'C62',
  })
  const decide = (id: string, to: string, disposition: string) =>
    call('decide', {
      inspection,
      id,
      revision,
      lines: [{ to, quantity: 500, disposition }],
      reason: { text: 'Urgent.' },
    })
  const outcomes = await Promise.allSettled([
    decide('a', 'accepted', 'use-as-is'),
    decide('b', 'rejected', 'return'),
  ])
  t.strictSame(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  t.match(
    outcomes.find(({ status }) => status === 'rejected'),
    { reason: { code: 'REVISION_STALE' } },
  )
  t.equal(host.published.filter(({ type }) => type === 'quality.inspection.decided').length, 1)
  const winner = outcomes[0]?.status === 'fulfilled' ? 'a' : 'b'
  const repeated = await decide(
    winner,
    winner === 'a' ? 'accepted' : 'rejected',
    winner === 'a' ? 'use-as-is' : 'return',
  )
  t.match(repeated, { state: 'decided', revision: revision + 1 }, 'the winner sent again is known')
})
