import { readFile } from 'node:fs/promises'
import { validateContract } from '@signalbox/sdk/contract'
import { validateManifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import type { ToldEvent } from '../src/facts/fact-of-event.ts'
import plugin from '../src/index.ts'
import { story } from './support/story.ts'
import { event } from './support/told.ts'
import { visibilityHost } from './support/visibility-host.ts'

const now = Date.UTC(2026, 10, 28)
const quality = {
  orderRisk: () => {
    throw Object.assign(new Error('gone'), { code: 'CORE_SERVICE_MISSING' })
  },
}
const visibility = await visibilityHost(t, {
  now,
  answers: { services: { 'quality.inspection@1': quality } } as never,
})
const { host, call, query } = visibility

const emit = ({ id, type, data, time }: ToldEvent) => host.emit(type, data, { id, time } as never)
const tell = async (events: readonly ToldEvent[]) => {
  for (const one of events) await emit(one)
}
const shuffled = (events: readonly ToldEvent[], seed: number) =>
  fc.sample(
    fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length }),
    { seed, numRuns: 1 },
  )[0] ?? []
const rowsOf = async () => {
  const { rows } = await query(
    'select order_id, stage, path, digest from orders order by generation, order_id',
    [],
  )
  return rows
}

t.test('manifest and contract are what a marketplace takes', async (t) => {
  const read = async (name: string) =>
    JSON.parse(await readFile(new URL(`../${name}`, import.meta.url), 'utf8'))
  const manifest = (await read('package.json')).signalbox
  const contract = await read('contracts/orders.visibility.json')
  t.strictSame(validateManifest(manifest), { ok: true, manifest })
  t.strictSame(validateContract(contract), { ok: true, contract })
  t.strictSame(
    Object.keys(contract.operations).sort(),
    Object.keys(plugin.services['orders.visibility']).sort(),
  )
  const heard = manifest.capabilities['event:subscribe'].map(({ type }: { type: string }) => type)
  t.strictSame(
    heard.sort(),
    Object.keys(plugin.on).sort(),
    'each type that is asked for has a handler',
  )
})

t.test('events in three orders of arrival, some of them twice, give the same rows', async (t) => {
  const all = [...story('SO-1'), ...story('SO-2')]
  await tell(all)
  const first = await rowsOf()
  t.match(first, [
    { order_id: 'SO-1', stage: 'completed' },
    { order_id: 'SO-2', stage: 'completed' },
  ])
  for (const seed of [1, 2, 3]) {
    await visibility.empty()
    await tell([...shuffled(all, seed), ...shuffled(all, seed + 10).slice(0, 12)])
    t.strictSame(await rowsOf(), first, `arrival ${seed}`)
    t.match(await call('checkReplay'), { checked: 2, behind: 0, differing: [] })
  }
})

t.test('the 360° answer has every part, and says what each is worth', async (t) => {
  const answer = await call('order', { orderId: 'SO-1' })
  t.match(answer, {
    ...{ customer: 'Dongchen', stage: 'completed', blockers: [] },
    lines: [{ ordered: 100, delivered: 100 }],
    contracts: [{ state: 'completed' }],
    quality: [{ state: 'rejected', nonconformity: 'NC-SO-1', owner: 'wang' }],
    promise: { onTimeProbability: 1 },
  })
  const state = Object.fromEntries(
    answer['blocks'].map((one: { block: string; state: string }) => [one.block, one.state]),
  )
  t.equal(state['quality'], 'unavailable', 'its owner is not there, what he said stays')
  const slim = await call('order', { orderId: 'SO-1', include: ['lines'] })
  t.notOk('timeline' in slim)
  await t.rejects(call('order', { orderId: 'none' }), { code: 'ORDER_UNKNOWN' })
  t.ok(answer['timeline'].some(({ sla }: { sla?: string }) => sla === 'missed'))
})

t.test('board and flow count what is there', async (t) => {
  const placedAt = '2026-11-27T00:00:00.000Z'
  await tell([
    event('orders.order.created', {
      orderId: 'SO-3',
      customer: 'Acme',
      placedAt,
      promisedAt: '2026-11-27T12:00:00.000Z',
      lines: [{ line: '1', sku: 'X', quantity: 1, unit: 'C62' }],
    }),
  ])
  const board = await call('board', {})
  t.match(board['items'], [{ orderId: 'SO-3', atRisk: true, overdue: true }])
  const count = (stage: string) =>
    board['counts'].find((one: { stage: string }) => one.stage === stage)
  t.match(count('completed'), { orders: 2 })
  t.match(count('entered'), { orders: 1, overdue: 1 })
  const closed = await call('board', { stage: 'completed', limit: 1 })
  t.ok(closed['next'])
  const rest = await call('board', { stage: 'completed', limit: 1, cursor: closed['next'] })
  t.strictSame([closed['items'][0].orderId, rest['items'][0].orderId], ['SO-1', 'SO-2'])
  t.match(await call('board', { customer: 'Acme' }), { items: [{ orderId: 'SO-3' }] })
  await t.rejects(call('board', { cursor: '[1]' }), { code: 'CURSOR_INVALID' })
  const flow = await call('flow', { from: '2026-11-01', to: '2026-11-30' })
  t.match(flow, { orders: 2, rework: 2, orderToCashDays: { median: 24, orders: 2 } })
  t.match(
    flow['edges'].find(
      (one: { from: string; to: string }) => one.from === 'inspecting' && one.to === 'released',
    ),
    { orders: 2, isBack: true },
  )
  await t.rejects(call('flow', { from: '2026-11-02', to: '2026-11-01' }), {
    code: 'PERIOD_INVALID',
  })
})

t.test('events of stage, promise and view are told once for each change', async (t) => {
  const of = (order: string, type: string) =>
    host.published.filter((one) => one.type === type && one.partitionkey === order)
  t.match(of('SO-3', 'orders.stage.changed'), [{ data: { to: 'entered' } }])
  t.match(of('SO-3', 'orders.promise.at-risk'), [
    { data: { onTimeProbability: 0, reasons: [{ code: 'PROMISE_PASSED' }] } },
  ])
  t.match(of('SO-3', 'orders.view.changed').at(-1), { data: { stage: 'entered', atRisk: true } })
  await tell([
    event('orders.order.changed', {
      orderId: 'SO-3',
      changedAt: '2026-11-27T20:00:00.000Z',
      promisedAt: '2027-06-01T00:00:00.000Z',
    }),
  ])
  t.match(of('SO-3', 'orders.promise.recovered'), [{ data: { orderId: 'SO-3' } }])
  const before = of('SO-3', 'orders.view.changed').length
  await host.advance(13 * 3_600_000)
  t.equal(of('SO-3', 'orders.stage.changed').length, 1)
  t.ok(of('SO-3', 'orders.view.changed').length >= before)
})

t.test('a rebuild beside live events ends with the rows that live events make', async (t) => {
  const first = await rowsOf()
  const { id } = await call<{ id: string }>('rebuild')
  await t.rejects(call('rebuild'), { code: 'REBUILD_AT_WORK' })
  await tell([
    event('orders.order.released', { orderId: 'SO-3', releasedAt: '2026-11-27T21:00:00.000Z' }),
  ])
  await host.advance(1000)
  t.match(await call('rebuildState'), { id, state: 'finished', generation: 2, done: 3 })
  const after = await rowsOf()
  t.strictSame(
    after.filter((row) => Reflect.get(row, 'order_id') !== 'SO-3'),
    first.filter((row) => Reflect.get(row, 'order_id') !== 'SO-3'),
  )
  t.match(await call('order', { orderId: 'SO-3' }), { stage: 'released' })
  t.match(await call('checkReplay'), { checked: 3, behind: 0, differing: [] })
  t.match(
    (await call('board', {}))['counts'].find((one: { stage: string }) => one.stage === 'completed'),
    { orders: 2 },
  )
  await query(`update orders set stage = 'paid' where order_id = 'SO-1'`, [])
  t.match(
    await call('checkReplay'),
    { differing: [{ orderId: 'SO-1', fields: ['stage'] }] },
    'a row that was tampered with is found',
  )
})

t.test('a shared link shows the customer his order, until it is taken back', async (t) => {
  const { url, share } = await call<{ url: string; share: string }>('share', { orderId: 'SO-2' })
  const seen = await host.follow(url, {})
  t.match(seen, { orderId: 'SO-2', stage: 'completed', lines: [{ ordered: 100 }] })
  t.notMatch(JSON.stringify(seen), /Dongchen|LIYUAN|wang/)
  t.match(await call('shares', { orderId: 'SO-2' }), {
    items: [{ share, sharedBy: 'user:planner' }],
  })
  await call('revokeShare', { share })
  await t.rejects(host.follow(url, {}))
  await t.rejects(call('revokeShare', { share: 'x' }), { code: 'SHARE_UNKNOWN' })
  await t.rejects(call('share', { orderId: 'none' }), { code: 'ORDER_UNKNOWN' })
})

t.test('a fact of the far future is refused, and one of no order is not kept', async (t) => {
  const far = event('orders.order.released', {
    orderId: 'SO-1',
    releasedAt: '2031-01-01T00:00:00.000Z',
  })
  await t.rejects(emit(far), { code: 'FACT_IN_FUTURE' })
  const { rows: before } = await query('select count(*)::int as facts from facts', [])
  await tell([
    event('stock.movement.recorded', {
      movement: 'm',
      sku: 'X',
      location: 'east',
      kind: 'issue',
      quantity: 1,
      unit: 'C62',
      at: '2026-11-27T00:00:00.000Z',
    }),
  ])
  t.strictSame((await query('select count(*)::int as facts from facts', [])).rows, before)
})

t.test('the revision of an order is that of the last change that was told', async (t) => {
  const told = () =>
    host.published
      .filter((one) => one.type === 'orders.view.changed' && one.partitionkey === 'SO-4')
      .map(({ data }) => (data as { revision: number }).revision)
  const isTold = async () => {
    const { revision } = await call('order', { orderId: 'SO-4' })
    t.equal(revision, told().at(-1))
    return revision as number
  }
  const placedAt = '2026-11-27T00:00:00.000Z'
  const lines = [{ line: '1', sku: 'Y', quantity: 1, unit: 'C62' }]
  await tell([event('orders.order.created', { orderId: 'SO-4', customer: 'A', placedAt, lines })])
  const payment = (number: string) =>
    event('orders.payment.received', {
      ...{ orderId: 'SO-4', paymentId: number, amount: '1.00', currency: 'CNY' },
      receivedAt: placedAt,
    })
  const early = payment('1')
  visibility.killBefore = (sql) => sql.includes('insert into heads')
  await t.rejects(emit(early), { message: 'killed' }, 'kept by then, and not marked')
  visibility.killBefore = undefined
  await tell([payment('2')])
  const revision = await isTold()
  await tell([early])
  t.equal(await isTold(), revision, 'what was folded already changes nothing')
  await host.advance(13 * 3_600_000)
  t.equal(await isTold(), revision, 'nor does time')
  await call('rebuild')
  await host.advance(1000)
  t.match(await call('rebuildState'), { state: 'finished' })
  t.equal(await isTold(), revision, 'nor does a rebuild')
  await tell([payment('3')])
  t.equal(await isTold(), revision + 1)
  t.same(told(), [...new Set(told())])
})

t.test('what comes in a rush is folded by the job, to the same rows', async (t) => {
  const orders = Array.from({ length: 12 }, (_, index) => `RUSH-${index + 1}`)
  const created = orders.flatMap((id) => story(id).slice(0, 1))
  await visibility.empty()
  await tell(created)
  const one = await rowsOf()
  await visibility.empty()
  await Promise.all(created.map(emit))
  t.same(
    host.jobs.map(({ job }) => job),
    ['fold'],
    'asked for once',
  )
  t.ok((await rowsOf()).length < orders.length, 'handlers left some to it')
  await host.advance(0)
  t.strictSame(await rowsOf(), one)
  t.match(await call('checkReplay'), { checked: 12, behind: 0, differing: [] })
})
