import t from 'tap'
import { plan, receipt } from './company-words.ts'
import { inspectionHost } from './inspection-host.ts'

t.test('arrivals', async (t) => {
  const { host, call, pool, clear } = await inspectionHost()
  const types = (from: number) => host.published.slice(from).map(({ type }) => type)
  await t.test('without a plan a lot is released at once, and says why', async (t) => {
    await host.emit('stock.receipt.created', receipt('L-1'), { key: 'L-1' })
    t.match(await call('lotStatus', { lot: 'L-1' }), {
      state: 'released',
      decidedQty: { accepted: 500 },
    })
    t.strictSame(types(0), [
      'quality.inspection.created',
      'quality.inspection.decided',
      'quality.lot.released',
    ])
    const [{ inspection }] = (await call('lotStatus', { lot: 'L-1' })).inspections
    t.match(await call('inspection', { inspection }), {
      decisions: [{ reasonCode: 'NO_PLAN', by: 'policy' }],
    })
    await t.rejects(
      call('record', { inspection, results: [{ id: 'r', characteristic: 'surface', pass: true }] }),
      { code: 'INSPECTION_SKIPPED' },
    )
  })
  await t.test('told twice is told once; told otherwise is refused', async (t) => {
    await call('definePlan', plan)
    await host.emit('stock.receipt.created', receipt('L-2'), { key: 'L-2', id: 'e1' })
    const before = host.published.length
    await host.emit('stock.receipt.created', receipt('L-2'), { key: 'L-2', id: 'e1' })
    await host.emit('stock.receipt.created', receipt('L-2'), { key: 'L-2', id: 'e2' })
    t.equal(host.published.length, before)
    await t.rejects(
      host.emit('stock.receipt.created', receipt('L-2', { quantity: 400 }), { id: 'e3' }),
      { code: 'ARRIVAL_CONFLICT' },
    )
    await t.rejects(
      host.emit('stock.receipt.created', receipt('L-2', { receipt: 'R-9', item: 'NUT' }), {
        id: 'e4',
      }),
      { code: 'LOT_CONFLICT' },
    )
    await t.rejects(
      host.emit('stock.receipt.created', receipt('L-3', { quantity: 1.5 }), { id: 'e5' }),
      { code: 'QUANTITY_INVALID' },
    )
    await t.rejects(
      host.emit('stock.receipt.created', receipt('L-3', { serials: ['a'] }), { id: 'e6' }),
      { code: 'QUANTITY_INVALID' },
    )
    await t.rejects(call('lotStatus', { lot: 'L-3' }), { code: 'LOT_UNKNOWN' })
  })
  await t.test('a lot that arrives in parts is the sum of its parts', async (t) => {
    await host.emit(
      'stock.receipt.created',
      receipt('L-2', { receivedAt: '2026-11-28T08:00:00Z', quantity: 100 }),
      { id: 'e7' },
    )
    t.match(await call('lotStatus', { lot: 'L-2' }), {
      quantity: 600,
      state: 'held',
      inspections: [{ quantity: 100 }, { quantity: 500 }],
    })
    t.match(host.published.at(-2), { type: 'quality.lot.held', data: { quantity: 600, held: 100 } })
  })
  await t.test('from production, and through operations', async (t) => {
    const made = {
      lot: 'P-1',
      item: 'RING',
      quantity: 50,
      unit: 'C62',
      operation: 'turning',
      location: 'shop',
      completedAt: '2026-11-27T08:00:00Z',
    }
    await host.emit('production.lot.completed', made, { key: 'P-1' })
    await host.emit(
      'production.lot.completed',
      { ...made, operation: 'grinding', quantity: 48, completedAt: '2026-11-27T09:00:00Z' },
      { key: 'P-1' },
    )
    t.match(await call('lotStatus', { lot: 'P-1' }), {
      operation: 'grinding',
      quantity: 48,
      supplier: null,
    })
    t.match(await call('lotStatus', { lot: 'P-1', operation: 'turning' }), { quantity: 50 })
  })
  await t.test('any order and any repetition leads to the same', async (t) => {
    const events = [...'abcdef'].map((name, index) =>
      receipt(`M-${name}`, {
        quantity: 100 + index,
        ...(index % 2 === 0 ? {} : { lot: 'M-a', receipt: `R-${name}` }),
      }),
    )
    const after = async (order: readonly number[]) => {
      await clear()
      await call('definePlan', plan)
      for (const index of order)
        await host.emit('stock.receipt.created', events[index], { id: `m${index}` })
      const { rows } = await pool.query(
        'select inspection, lot, quantity, pending, state, tests from inspections order by inspection',
      )
      return rows
    }
    const straight = await after([0, 1, 2, 3, 4, 5])
    t.equal(straight.length, 6)
    t.strictSame(await after([5, 3, 3, 1, 0, 2, 4, 5, 0]), straight)
    t.strictSame(await after([2, 2, 4, 0, 5, 1, 3, 1]), straight)
    await clear()
    await call('definePlan', plan)
    await Promise.all(
      [0, 1, 2, 3, 4, 5, 0, 1, 2, 3].map((index) =>
        host.emit('stock.receipt.created', events[index], { id: `n${index}` }),
      ),
    )
    const { rows } = await pool.query('select count(*) as count from inspections')
    t.equal(rows[0].count, 6, 'at once too')
  })
})

t.test('severity follows the lots of a supplier, and skips those of the best', async (t) => {
  const { call, host, pool } = await inspectionHost()
  await call('definePlan', {
    ...plan,
    decidedBy: 'all',
    skipLot: true,
    characteristics: [{ ...plan.characteristics[0], classes: [{ class: 'major', aql: 1 }] }],
  })
  let number = 0
  const lot = async (isGood: boolean) => {
    number += 1
    const arrived = await call('createInspection', {
      document: `R${number}`,
      arrivedAt: '2026-11-27T08:00:00Z',
      lot: `L${number}`,
      item: 'RING',
      supplier: 'X',
      quantity: 500,
      unit: 'C62',
    })
    if (!arrived.wasInspected) return { ...arrived, severity: 'skipped' }
    const [test] = arrived.tests
    const defects = isGood ? [] : [{ class: 'major', count: test.reject }]
    const after = await call('record', {
      inspection: arrived.inspection,
      results: [{ id: 'r', characteristic: 'surface', inspected: test.sampleSize, defects }],
    })
    return { ...after, severity: test.severity }
  }
  t.match(
    await lot(true),
    { severity: 'normal', state: 'decided', quantities: { accepted: 500 } },
    'decided by the plan',
  )
  t.match(await lot(false), { state: 'decided', quantities: { rejected: 500 } })
  await lot(false)
  t.match(await lot(false), { severity: 'tightened' })
  t.match(
    host.published.filter(({ type }) => type === 'quality.severity.changed'),
    [
      {
        data: {
          from: 'normal',
          to: 'tightened',
          characteristic: 'surface/major',
          reason: { code: 'TWO_OF_FIVE_REJECTED' },
        },
      },
    ],
  )
  for (let index = 0; index < 4; index++) await lot(false)
  const stopped = await lot(true)
  t.match(stopped, {
    state: 'awaiting-decision',
    suggestion: { outcome: 'none', reasons: [{ code: 'ACCEPTANCE_DISCONTINUED' }] },
  })
  t.match(await call('lotStatus', { lot: stopped.lot }), { severity: 'discontinued' })
  await t.rejects(
    call('decide', {
      inspection: stopped.inspection,
      id: 'd',
      revision: stopped.revision,
      lines: [{ to: 'accepted', quantity: 500 }],
    }),
    { code: 'CONCESSION_REQUIRED' },
  )
  const resume = {
    supplier: 'X',
    item: 'RING',
    characteristic: 'surface',
    class: 'major',
    reason: '8D closed.',
  }
  t.match(await call('resumeAcceptance', resume), { severity: 'tightened' })
  await t.rejects(call('resumeAcceptance', resume), { code: 'NOT_DISCONTINUED' })
  for (let index = 0; index < 5; index++) t.match(await lot(true), { severity: 'tightened' })
  t.match(await lot(true), { severity: 'normal' })
  await pool.query(
    `insert into supplier_scores values ('acme', 'X', '2026-10', 99, 'A', '{}', now())`,
  )
  const seen: string[] = []
  for (let index = 0; index < 25; index++) seen.push((await lot(true)).severity)
  t.equal(seen[0], 'normal', 'a supplier of grade A first qualifies by ten lots')
  t.ok(seen.includes('skipped'))
  await pool.query(
    `insert into supplier_scores values ('acme', 'X', '2026-11', 20, 'D', '{}', now())`,
  )
  t.match(
    await lot(true),
    { severity: 'tightened' },
    'grade D is never below tightened, and nothing is skipped',
  )
  t.match(await call('severities', { supplier: 'X' }), {
    items: [
      {
        severity: 'normal',
        lastChange: { to: 'normal', reason: { code: 'FIVE_ACCEPTED_ON_TIGHTENED' } },
      },
    ],
  })
})

t.test('plans have versions, and an inspection keeps the one it began with', async (t) => {
  const { call } = await inspectionHost()
  t.match(await call('definePlan', plan), { version: 1 })
  t.match(await call('definePlan', plan), { version: 1 }, 'the same again is no new one')
  const make = (lot: string) =>
    call('createInspection', {
      document: lot,
      arrivedAt: '2026-11-27T08:00:00Z',
      lot,
      item: 'RING',
      supplier: 'X',
      quantity: 500,
      unit: 'C62',
    })
  const old = await make('L1')
  t.match(await call('definePlan', { ...plan, dueHours: 1 }), { version: 2 })
  t.match(await call('inspection', { inspection: old.inspection }), {
    plan: { version: 1 },
    definition: { dueHours: 24 },
  })
  t.match(await make('L2'), { plan: { version: 2 } })
  await t.rejects(call('definePlan', { ...plan, plan: 'other' }), { code: 'PLAN_SCOPE_TAKEN' })
  await t.rejects(call('definePlan', { ...plan, sampling: { ...plan.sampling, scheme: 'none' } }), {
    code: 'SCHEME_UNKNOWN',
  })
  await t.rejects(
    call('definePlan', {
      ...plan,
      characteristics: [{ ...plan.characteristics[0], classes: [{ class: 'major', aql: 1.1 }] }],
    }),
    { code: 'AQL_NOT_IN_TABLE' },
  )
  t.match(await call('retirePlan', { plan: 'rings' }), { version: 2, retiredAt: String })
  t.match(await make('L3'), { plan: null, state: 'decided' })
  t.match(await call('plans', {}), { items: [] })
  t.match(await call('plans', { withRetired: true }), { items: [{ plan: 'rings' }] })
  t.match(await call('definePlan', plan), { version: 3 }, 'what was retired may come again')
  t.match(
    await call('cancelInspection', { inspection: old.inspection, reason: 'Receipt reversed.' }),
    { state: 'cancelled' },
  )
  await t.rejects(
    call('decide', {
      inspection: old.inspection,
      id: 'd',
      revision: 2,
      lines: [{ to: 'rejected', quantity: 500, disposition: 'return' }],
      reason: { text: 'x' },
    }),
    { code: 'INSPECTION_STATE' },
  )
  const first = await call('worklist', { limit: 1, states: ['open', 'decided', 'cancelled'] })
  const second = await call('worklist', {
    limit: 1,
    states: ['open', 'decided', 'cancelled'],
    cursor: first.next,
  })
  const third = await call('worklist', {
    limit: 1,
    states: ['open', 'decided', 'cancelled'],
    cursor: second.next,
  })
  t.equal(new Set([first, second, third].map(({ items }) => items[0].lot)).size, 3)
  t.notOk(third.next)
  await t.rejects(call('worklist', { cursor: 'nonsense' }), { code: 'CURSOR_INVALID' })
})

t.test('a periodic plan looks at the first of so many lots', async (t) => {
  const { call } = await inspectionHost()
  await call('definePlan', { ...plan, frequency: { kind: 'periodic', everyLots: 3 } })
  const made: boolean[] = []
  for (const lot of ['1', '2', '3', '4', '5', '6', '7']) {
    const arrival = {
      document: lot,
      arrivedAt: '2026-11-27T08:00:00Z',
      lot,
      item: 'RING',
      supplier: 'X',
      quantity: 500,
      unit: 'C62',
    }
    made.push((await call('createInspection', arrival)).wasInspected)
  }
  t.strictSame(made, [true, false, false, true, false, false, true])
})
