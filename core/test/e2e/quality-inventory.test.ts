import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { Company, type SentEvent } from '../support/company.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'

const businessEvents = join(import.meta.dirname, '../../../plugins/business-events')
const feeder = join(businessEvents, 'feeder/feed.ts')
const inspections = 'quality.inspection@1'
const nonconformities = 'quality.nonconformity@1'
const planning = 'inventory.planning@1'
const item = 'RING-6204'
const place = { sku: item, location: 'east' }

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const company = await Company.open(t, host, 'dongchen', [
  'business-events',
  'quality-checks',
  'inventory-forecast',
])

/** What the recording says was asked for at the place, served or not. */
async function recordedDemand(): Promise<number> {
  const text = await readFile(join(businessEvents, 'recordings/dongchen.ndjson'), 'utf8')
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  return events
    .filter(({ data }) => data.kind === 'issue' && data.sku === item && data.location === 'east')
    .reduce((sum, { data }) => sum + data.quantity + (data.unmet ?? 0), 0)
}

/** A lot of the supplier whose rings get worse, arriving now. */
function receipt(number: number): SentEvent {
  const lot = `RING-LOT-${number}`
  return {
    id: lot,
    type: 'stock.receipt.created',
    partitionkey: lot,
    data: {
      receipt: `RECEIPT-${number}`,
      lot,
      supplier: 'LIYUAN',
      item,
      quantity: 2700,
      unit: 'C62',
      location: 'east',
      receivedAt: new Date().toISOString(),
      orders: ['SO-1011'],
    },
  }
}

/** What a person does with a lot: looks at the sample that the plan asks for, and decides on all of it. */
async function inspect(lot: string, scratched: number): Promise<void> {
  const { items } = await company.eventually(
    `an inspection of ${lot}`,
    () => company.ask(inspections, 'worklist', { lot }),
    ({ items }) => items.length > 0,
  )
  const { inspection } = items[0]
  const found = await company.ask(inspections, 'inspection', { inspection })
  const sample = found.tests[0].sampleSize
  const defects = scratched === 0 ? [] : [{ class: 'major', code: 'scratch', count: scratched }]
  const { revision, suggestion } = await company.ask(inspections, 'record', {
    inspection,
    results: [{ id: `${lot}-1`, characteristic: 'surface', inspected: sample, defects }],
  })
  t.equal(suggestion.outcome, scratched === 0 ? 'accept' : 'reject', `${lot}: by its plan`)
  const to = scratched === 0 ? 'accepted' : 'rejected'
  const line = { to, quantity: 2700, ...(to === 'rejected' ? { disposition: 'return' } : {}) }
  await company.ask(inspections, 'decide', {
    inspection,
    id: `${lot}-decision`,
    revision,
    lines: [line],
    ...(scratched === 0 ? {} : { reason: { text: 'More than the plan accepts' } }),
  })
}

t.test('the feeder sends two years of events, and again none twice', async (t) => {
  const keyFile = join(await temporaryHome(t), 'key')
  await writeFile(keyFile, company.keyOf(inspections))
  const words = [feeder, '--url', host.url, '--tenant', company.tenant, '--app', 'erp']
  const feed = () => promisify(execFile)(process.execPath, [...words, '--key-file', keyFile])
  t.match((await feed()).stdout, /^786 events taken, 0 were there already\n$/)
  t.match((await feed()).stdout, /^0 events taken, 786 were there already\n$/)
  const issued = await recordedDemand()
  await company.eventually(
    'two years of demand',
    async () => (await company.call(planning, 'demand', { ...place, limit: 200 })).body,
    ({ periods = [] }) =>
      periods.reduce((sum: number, { demand }: { demand: number }) => sum + demand, 0) === issued,
  )
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
    ({ state }) => state === 'completed',
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
    await company.ask(inspections, 'definePlan', {
      plan: 'rings',
      name: { en: 'Bearing rings', 'zh-CN': '轴承套圈' },
      scope: { item },
      characteristics: [
        {
          id: 'surface',
          name: { en: 'Surface', 'zh-CN': '表面' },
          kind: 'attribute',
          classes: [{ class: 'major', aql: 1 }],
        },
      ],
      sampling: { kind: 'aql', scheme: 'mil-std-105e', level: 'II', type: 'single' },
      frequency: { kind: 'all' },
      decidedBy: 'person',
    })
    for (const [number, scratched] of [
      [1, 0],
      [2, 9],
      [3, 11],
    ] as const) {
      const [event] = [receipt(number)]
      await company.send([event])
      const held = await company.eventually(
        'the hold',
        async () => (await company.call(inspections, 'lotStatus', { lot: event.id })).body,
        ({ decidedQty }) => decidedQty !== undefined,
      )
      t.match(held.decidedQty, { accepted: 0, rejected: 0 }, `${event.id} waits`)
      await inspect(event.id, scratched)
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
  const { items } = await company.eventually(
    'a suggestion',
    () => company.ask(planning, 'suggestions', { state: 'open', ...place }),
    ({ items }) => items.length > 0,
  )
  const [suggestion] = items
  t.equal(suggestion.quantity % 100, 0, 'in whole packs')
  const reorder = await company.ask(planning, 'reorder', place)
  t.equal(reorder.unusable, 5400, 'both rejected lots are no stock')
  t.ok(reorder.isBelowReorderPoint)
  const approved = await company.ask(planning, 'decideSuggestion', {
    id: suggestion.id,
    revision: suggestion.revision,
    decision: 'approve',
    reason: 'The rings are needed',
  })
  t.equal(approved.state, 'approved')
  t.same(await company.deadLetters(), [])
})
