import t from 'tap'
import { Company } from '../support/company.ts'
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

const nonconformities = 'quality.nonconformity@1'
const place = ringsPlace
const item = ring

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const company = await Company.open(t, host, 'dongchen', [
  'business-events',
  'quality-checks',
  'inventory-forecast',
])

t.test('the feeder sends two years of events, and again none twice', async (t) => {
  t.match(await feed(t, company), /^786 events taken, 0 were there already\n$/)
  t.match(await feed(t, company), /^0 events taken, 786 were there already\n$/)
  await demandKnown(company)
})

t.test('a run forecasts what was fed, and says how much to order and why', async (t) => {
  const items = [
    { ...place, unit: 'C62', supplier: 'LIYUAN', leadTimeDays: 10, packSize: 100 },
    { sku: 'SHAFT-20', location: 'east', unit: 'C62', supplier: 'HENGTAI', leadTimeDays: 14 },
    { sku: 'SEAL-VITON', location: 'east', unit: 'C62', supplier: 'LIYUAN', leadTimeDays: 30 },
  ]
  await company.ask(planning, 'defineItems', { items })
  const { id } = await company.ask(planning, 'startRun')
  const run = await company.eventually(
    'the end of the run',
    async () =>
      (await company.ask(planning, 'runs')).items.find((one: { id: string }) => one.id === id),
    (one) => one?.state === 'completed',
  )
  t.equal(run.failed, 0)
  const forecast = await company.ask(planning, 'forecast', { ...place, horizon: 4 })
  t.equal(forecast.periods.length, 4)
  const reorder = await company.ask(planning, 'reorder', place)
  t.ok(reorder.reorderPoint > 900, 'more than a week is needed for ten days and a review')
  t.ok(reorder.why.length > 0)
})

t.test(
  'lots are held until they are decided; two bad ones of five tighten the inspection',
  async (t) => {
    await planRings(company)
    for (const [number, scratched] of [
      [1, 0],
      [2, 9],
      [3, 11],
    ] as const) {
      const event = ringReceipt(number, { orders: ['SO-1011'] })
      await company.send([event])
      const held = await company.eventually(
        'the hold',
        async () => (await company.call(inspections, 'lotStatus', { lot: event.id })).body,
        ({ decidedQty }) => decidedQty !== undefined,
      )
      t.match(held.decidedQty, { accepted: 0, rejected: 0 }, `${event.id} waits`)
      const outcome = await inspectRings(company, event.id, scratched)
      t.equal(outcome, scratched === 0 ? 'accept' : 'reject', `${event.id}: by its plan`)
    }
    t.match((await company.ask(inspections, 'lotStatus', { lot: 'RING-LOT-1' })).decidedQty, {
      accepted: 2700,
    })
    t.match((await company.ask(inspections, 'lotStatus', { lot: 'RING-LOT-3' })).decidedQty, {
      rejected: 2700,
    })
    const { items } = await company.ask(inspections, 'severities', { supplier: 'LIYUAN', item })
    t.match(items, [{ severity: 'tightened' }])
    const risk = await company.ask(inspections, 'orderRisk', { orderId: 'SO-1011' })
    t.ok(risk.riskScore > 0)
  },
)

t.test(
  'each rejected lot has its nonconformity, with an 8D report that people work through',
  async (t) => {
    const { items } = await company.eventually(
      'the nonconformities',
      () => company.ask(nonconformities, 'list', { supplier: 'LIYUAN' }),
      ({ items }) => items.length === 2,
    )
    const [{ id }] = items
    const { revision } = await company.ask(nonconformities, 'get', { id })
    const asked = await company.ask(nonconformities, 'issueScar', {
      id,
      revision,
      question: 'Why are the rings scratched?',
    })
    t.ok(asked.links.reply, 'the supplier has a link')
    const { pathname, search } = new URL(asked.links.reply)
    const reply = await fetch(`${host.url}${pathname}${search}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rootCause: 'A worn gripper', correctiveAction: 'Replaced monthly' }),
    })
    t.equal(reply.status, 200, await reply.text())
    const judged = await company.ask(nonconformities, 'get', { id })
    t.match(judged.requests, [{ state: 'replied' }])
    const noted = await company.ask(nonconformities, 'addEvidence', {
      id,
      revision: judged.revision,
      step: 'D3',
      kind: 'note',
      value: 'Stock of both lots is fenced off',
    })
    const advanced = await company.ask(nonconformities, 'advance', {
      id,
      revision: noted.revision,
      command: 'completeStep',
      step: 'D3',
      summary: 'Contained',
    })
    t.equal(advanced.state, 'acting')
    const score = await company.eventually(
      'the score of the supplier',
      () => company.ask('quality.supplier@1', 'score', { supplier: 'LIYUAN' }),
      ({ lots }) => lots >= 3,
    )
    t.ok(score.score < 80, JSON.stringify(score))
  },
)

t.test('supply that fell away is a risk, and an order that a planner approves', async (t) => {
  const at = new Date().toISOString()
  await company.send([
    {
      id: 'count-of-the-rings',
      type: 'stock.level.counted',
      partitionkey: `${item}@east`,
      data: { ...place, onHand: 5500, unit: 'C62', at },
    },
  ])
  const { reorder, suggestion, decided } = await approveReorder(company, 5400)
  t.equal(suggestion.quantity % 100, 0, 'in whole packs')
  t.equal(reorder.unusable, 5400, 'both rejected lots are no stock')
  t.ok(reorder.isBelowReorderPoint)
  t.equal(decided.state, 'approved')
  t.same(await company.deadLetters(), [])
})
