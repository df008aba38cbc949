import { createTestHost, type TestHost } from '@signalbox/sdk/testing'
import t, { type Test } from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import plugin from '../../src/index.ts'
import { tenantDatabase } from '../tenant-database.ts'

const folder = new URL('../..', import.meta.url)
const database = await tenantDatabase(t)
const DAY = 86_400_000
const START = Date.UTC(2026, 2, 1, 8)
const config = {
  nonconformities: {
    contacts: [
      { owner: 'ada', address: 'ada@acme.example', escalation: 'grace' },
      { owner: 'grace', address: 'grace@acme.example' },
    ],
    defaultOwner: 'ada',
  },
}
const service = 'quality.nonconformity'
const user = { kind: 'user', id: 'ada' } as const

let tenants = 0
const newHost = (more: object = {}) =>
  createTestHost({
    ...{ folder, plugin, config, now: START, tenant: `t${++tenants}` },
    answers: { database, channels: { mail: () => ({ ok: true }) } },
    ...more,
  })

interface Summary {
  id: string
  number: string
  revision: number
  state: string
}

const day = (n: number, hour = 10) => new Date(Date.UTC(2026, 2, n, hour)).toISOString()

const rejected = (n: number, more: object = {}) => ({
  ...{ lot: `L-${n}`, item: 'V-7', supplier: 'S-1', quantity: 200, unit: 'C62', rejected: 200 },
  quantities: { accepted: 0, rejected: 200, held: 0, pending: 0 },
  ...{ decision: `D-${n}`, inspection: `I-${n}`, at: day(n) },
  defects: [
    { code: 'scratch', class: 'minor', count: 9 },
    { code: 'bore', class: 'major', count: 3 },
  ],
  ...more,
})

const decided = (n: number, isAccepted: boolean, more: object = {}) => ({
  ...{ inspection: `I-${n}`, decision: `D-${n}`, lot: `L-${n}`, item: 'V-7', supplier: 'S-1' },
  ...{ quantity: 200, unit: 'C62', accepted: isAccepted ? 200 : 0, rejected: isAccepted ? 0 : 200 },
  quantities: { accepted: isAccepted ? 200 : 0, rejected: isAccepted ? 0 : 200, held: 0, pending: 0 },
  ...{ final: true, lotAccepted: isAccepted, inspected: 32, nonconforming: isAccepted ? 0 : 3 },
  ...{ by: 'user:bob', decidedAt: day(n) },
  ...(isAccepted ? {} : { defects: [{ code: 'bore', count: 3 }] }),
  ...more,
})

const list = async (host: TestHost) =>
  (await host.call<{ items: Summary[] }>(service, 'list', {})).items

type Whole = Summary & Record<string, never> & { steps: object[]; effectiveness: object }
const get = (host: TestHost, id: string) => host.call<Whole>(service, 'get', { id })

/** Sends commands one after the other, each with the revision of the answer before. */
async function run(host: TestHost, start: Summary, orders: readonly [string, object][]) {
  let one = start
  for (const [operation, input] of orders) {
    const call = { id: one.id, revision: one.revision, ...input }
    one = await host.call<Summary>(service, operation, call, { principal: user })
  }
  return one
}

const complete = (step: string): [string, object] => [
  'advance',
  { command: 'completeStep', step, summary: `${step} done` },
]
const note = (step: string): [string, object] => [
  'addEvidence',
  { step, kind: 'note', value: 'seen at the line' },
]
const toVerifying: readonly [string, object][] = [
  ['advance', { command: 'skipStep', step: 'D0', reason: 'nothing to stop' }],
  complete('D1'),
  complete('D2'),
  ...[note('D3'), complete('D3'), note('D4'), complete('D4'), complete('D5')],
  ...[note('D6'), complete('D6'), note('D7'), complete('D7')],
  ['advance', { command: 'verify' }],
]

t.test('a rejected lot goes through 8D, evidence and later lots to its close', async (t) => {
  const host = await newHost()
  await host.emit('quality.lot.rejected', rejected(1))
  await host.emit('quality.lot.rejected', rejected(1), { id: 'told again' })
  const [found, ...others] = await list(host)
  t.strictSame(others, [])
  t.match(found, { number: 'NCR-2026-0001', state: 'acting', severity: 'major', supplier: 'S-1' })
  t.match(host.published, [
    {
      type: 'quality.nonconformity.opened',
      data: { severity: 'major', defect: 'bore', quantity: 200, recurrences: 0, dueAt: day(2) },
    },
  ])
  const one = found as Summary
  const advanceD3 = { id: one.id, revision: 1, command: 'completeStep', step: 'D3', summary: 's' }
  await t.rejects(host.call(service, 'advance', advanceD3), { code: 'EVIDENCE_MISSING' })
  await t.rejects(host.call(service, 'advance', { ...advanceD3, step: 'D9' }), {
    code: 'CORE_INPUT_INVALID',
  })
  await t.rejects(host.call(service, 'advance', { ...advanceD3, revision: 7 }), {
    code: 'REVISION_STALE',
  })
  await t.rejects(host.call(service, 'get', { id: 'NCR-2026-0009' }), {
    code: 'NONCONFORMITY_UNKNOWN',
  })
  const verifying = await run(host, one, toVerifying)
  t.equal(verifying.state, 'verifying')
  const sorted = await run(host, verifying, [
    complete('D8'),
    ['advance', { command: 'dispose', reason: 'sorted', disposition: { kind: 'scrap', quantity: 50 } }],
  ])
  await t.rejects(run(host, sorted, [['close', {}]]), { code: 'DISPOSITION_INCOMPLETE' })
  const disposed = await run(host, sorted, [
    [
      'advance',
      {
        ...{ command: 'dispose', reason: 'back' },
        disposition: { kind: 'return-to-supplier', quantity: 150 },
      },
    ],
  ])
  await t.rejects(run(host, disposed, [['close', {}]]), { code: 'EFFECTIVENESS_UNPROVEN' })
  for (const n of [3, 4, 5]) await host.emit('quality.inspection.decided', decided(n, true))
  t.match((await get(host, one.id)).effectiveness, { verdict: 'proven', accepted: 3, by: 'lots' })
  const closed = await run(host, disposed, [['close', { reason: 'three lots in a row' }]])
  t.equal(closed.state, 'closed')
  t.match(host.published.at(-1), {
    type: 'quality.nonconformity.closed',
    data: { effective: true, by: 'user:ada', supplier: 'S-1' },
  })
  const reopened = await run(host, closed, [['reopen', { reason: 'came back at the customer' }]])
  t.equal(reopened.state, 'acting')
  t.match(await get(host, one.number), { verification: { failures: 1 }, quantityLeft: 0 })
})

t.test('a lot rejected again while it is verified sends it back to the cause', async (t) => {
  const host = await newHost()
  await host.emit('quality.lot.rejected', rejected(1))
  const verifying = await run(host, (await list(host))[0] as Summary, toVerifying)
  await host.emit('quality.inspection.decided', decided(3, true))
  await host.emit('quality.inspection.decided', decided(4, false))
  await host.emit('quality.inspection.decided', decided(4, false), { id: 'told again' })
  const back = await get(host, verifying.id)
  t.match(back, { state: 'acting', verification: { failures: 1 }, log: [{ command: 'failEffectiveness' }] })
  t.match(back.steps[4], { step: 'D4', state: 'open', round: 2 })
  await host.emit('quality.lot.rejected', rejected(4))
  const again = (await list(host)).find(({ id }) => id !== verifying.id) as Summary
  t.match(await get(host, again.id), { recurrences: 1, alike: [{ id: verifying.id }] })
})

t.test('every order and repetition of events opens the same nonconformities', async (t) => {
  const events: readonly [string, object][] = [
    ['quality.lot.rejected', rejected(1)],
    ['quality.lot.rejected', rejected(2, { supplier: 'S-2' })],
    ['quality.lot.rejected', rejected(3, { rejected: 20 })],
    ['quality.lot.rejected', rejected(4, { rejected: 0 })],
    ['quality.inspection.decided', decided(1, false)],
    ['quality.inspection.decided', decided(5, true)],
  ]
  const outcome = async (order: readonly number[]) => {
    const host = await newHost()
    for (const [n, index] of order.entries()) {
      const [type, data] = events[index] as [string, object]
      await host.emit(type, data, { id: `e${n}` })
    }
    const found = await list(host)
    const wholes = await Promise.all(found.map(({ id }) => get(host, id)))
    const opened = host.published.map(({ data }) => (data as { nonconformity: string }).nonconformity)
    return {
      opened: opened.toSorted(),
      // Numbers are given in the order of hearing.
      wholes: wholes.map(({ number: _, log: _log, alike, ...one }) => ({
        ...one,
        alike: (alike as unknown as { id: string }[]).map(({ id }) => id),
      })),
    }
  }
  const all = events.map((_, index) => index)
  const expected = await outcome(all)
  t.equal(expected.wholes.length, 3)
  t.strictSame(expected.wholes.map((one) => one['recurrences' as 'id']), [1, 0, 0] as never)
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.array(fc.constantFrom(...all), { maxLength: 4 }),
      async (order, repeated) => {
        t.strictSame(await outcome([...order, ...repeated]), expected)
      },
    ),
    { numRuns: 8 },
  )
})

t.test('what is overdue is told once to its owner and once higher up, at its instant', async (t) => {
  const host = await newHost()
  const opened = await host.call<Summary>(service, 'open', {
    ...{ title: 'Oil on belt', severity: 'critical', quantity: 4, unit: 'C62', key: 'k' },
    ...{ supplier: 'S-1', item: 'V-7' },
  })
  const twice = await host.call<Summary>(service, 'open', {
    ...{ title: 'Oil on belt', severity: 'critical', quantity: 4, unit: 'C62', key: 'k' },
  })
  t.equal(twice.id, opened.id)
  const overdue = () => host.published.filter(({ type }) => type === 'quality.eight-d.overdue')
  await host.advance(DAY - 1000)
  t.strictSame(overdue(), [])
  await host.advance(1000)
  t.match(overdue(), [
    { data: { step: 'D0', owner: 'ada', level: 1, daysOverdue: 0, supplier: 'S-1' } },
    { data: { step: 'D1', level: 1 } },
  ])
  t.match(host.messages, [{ to: ['ada@acme.example'] }, { to: ['ada@acme.example'] }])
  await host.runJob('eight-d-overdue')
  t.equal(overdue().length, 2, 'an hourly look tells nothing twice')
  const { revision } = await get(host, opened.id)
  await host.call(service, 'advance', {
    ...{ id: opened.id, revision, command: 'completeStep', step: 'D1', summary: 'team of four' },
  })
  await host.advance(3 * DAY)
  const levels = overdue().map(({ data }) => data as { step: string; level: number })
  t.strictSame(
    levels.map(({ step, level }) => `${step}/${level}`),
    ['D0/1', 'D1/1', 'D2/1', 'D3/1', 'D0/2'],
  )
  t.strictSame(host.messages.at(-1)?.to, ['grace@acme.example'])
  const items = await host.call<{ items: object[] }>(service, 'list', { overdue: true })
  t.match(items, { items: [{ id: opened.id, overdue: true, stepsDone: 1 }] })
  const moved = await get(host, opened.id)
  await host.call(service, 'assign', {
    ...{ id: opened.id, revision: moved.revision, owner: 'grace', step: 'D0', dueAt: day(20) },
  })
  t.match((await get(host, opened.id)).steps[0], { owner: 'grace', overdue: false, overdueLevel: 0 })
  const bare = await newHost({ grants: 'required' })
  await bare.call(service, 'open', { title: 'x', severity: 'major', quantity: 1, unit: 'C62' })
  await bare.advance(5 * DAY)
  t.match(bare.published.at(-1), { type: 'quality.eight-d.overdue' }, 'without mail it is told all the same')
})

async function asked(t: Test, host: TestHost) {
  await host.emit('quality.lot.rejected', rejected(1))
  const one = (await list(host))[0] as Summary
  const question = 'Why are the bores small?'
  const ask = { id: one.id, revision: one.revision, question, contact: 'quality@s1.example' }
  const issued = await host.call<Summary & { request: string; links: Record<string, string> }>(
    service,
    'issueScar',
    ask,
  )
  t.match(issued.links, { view: /^https:/, reply: /^https:/ })
  return issued
}

t.test('a supplier without an account reads and answers by a link, each round by its own', async (t) => {
  const host = await newHost()
  const issued = await asked(t, host)
  const { view = '', reply = '' } = issued.links
  t.match(host.messages, [{ to: ['quality@s1.example'], text: new RegExp(view.slice(-20)) }])
  const shown = await host.follow<Record<string, unknown>>(view)
  t.match(shown, { question: 'Why are the bores small?', state: 'issued', lot: 'L-1', reply: null })
  t.notOk('owner' in shown, 'what is ours alone is not shown')
  const answer = { rootCause: 'worn drill', correctiveAction: 'drill life halved', name: 'Li' }
  await t.rejects(host.follow(reply, { rootCause: 'x' }), { code: 'CORE_INPUT_INVALID' })
  t.match(await host.follow(reply, answer), { state: 'replied', reply: { rootCause: 'worn drill' } })
  await t.rejects(host.follow(reply, answer), { code: 'REQUEST_NOT_POSSIBLE' })
  const { revision } = await get(host, issued.id)
  const judged = { request: issued.request, revision }
  await t.rejects(host.call(service, 'judgeScar', { ...judged, verdict: 'return' }), {
    code: 'REASON_MISSING',
  })
  const returned = await host.call<{ links: Record<string, string>; revision: number }>(
    service,
    'judgeScar',
    { ...judged, verdict: 'return', remark: 'Why was it worn?' },
  )
  await t.rejects(host.follow(reply, answer), { code: 'CORE_LINK_EXPIRED' })
  t.match(await host.follow(returned.links['reply'] ?? '', answer), { state: 'replied', round: 2 })
  const again = await get(host, issued.id)
  await host.call(service, 'judgeScar', {
    ...{ request: issued.request, revision: again.revision, verdict: 'accept' },
  })
  t.match((await get(host, issued.id)) as object, { requests: [{ state: 'accepted', round: 2 }] })
})

t.test('a link that is over answers nothing, and a late supplier is told of', async (t) => {
  const host = await newHost()
  const issued = await asked(t, host)
  await host.advance(11 * DAY)
  const overdue = host.published.filter(({ type }) => type === 'quality.eight-d.overdue')
  t.ok(overdue.some(({ data }) => (data as { step: string }).step === 'SCAR'))
  await host.advance(14 * DAY)
  const answer = { rootCause: 'worn drill', correctiveAction: 'drill life halved' }
  await t.rejects(host.follow(issued.links['reply'] ?? '', answer), { code: 'CORE_LINK_EXPIRED' })
  t.match((await get(host, issued.id)) as object, { requests: [{ state: 'issued' }] })
  const bare = await newHost({ grants: ['db:own', 'event:subscribe', 'event:publish'] })
  await bare.emit('quality.lot.rejected', rejected(1))
  const one = (await list(bare))[0] as Summary
  const plain = { id: one.id, revision: one.revision, question: 'Why?' }
  t.match(await bare.call(service, 'issueScar', plain), { links: null })
})

t.test('evidence is a file, an address or words, and what is none is refused', async (t) => {
  const host = await newHost()
  await host.emit('quality.lot.rejected', rejected(1))
  const one = (await list(host))[0] as Summary
  const add = (input: object) =>
    host.call<Summary>(service, 'addEvidence', { id: one.id, revision: 1, step: 'D3', ...input })
  await t.rejects(add({ kind: 'blob', value: 'a'.repeat(64) }), { code: 'EVIDENCE_INVALID' })
  await t.rejects(add({ kind: 'blob', content: '*' }), { code: 'EVIDENCE_INVALID' })
  await t.rejects(add({ kind: 'link', value: 'javascript:alert(1)' }), { code: 'EVIDENCE_INVALID' })
  await t.rejects(add({ kind: 'note' }), { code: 'EVIDENCE_INVALID' })
  await add({ kind: 'blob', content: btoa('photo'), type: 'image/jpeg', title: 'Bore' })
  const [{ evidence }] = (await get(host, one.id)).steps.slice(3, 4) as [{ evidence: [{ value: string }] }]
  const file = { id: one.id, step: 'D3', sha256: evidence[0].value }
  t.strictSame(await host.call(service, 'evidenceFile', file), {
    ...{ type: 'image/jpeg', content: btoa('photo') },
  })
  await t.rejects(host.call(service, 'evidenceFile', { ...file, step: 'D4' }), {
    code: 'EVIDENCE_INVALID',
  })
})

t.test('the board has a column for each state, and lists go page by page', async (t) => {
  const host = await newHost()
  for (const n of [1, 2, 3]) await host.emit('quality.lot.rejected', rejected(n))
  const open = { title: 'Dent', severity: 'minor', quantity: 1, unit: 'C62' }
  const minor = await host.call<Summary>(service, 'open', open)
  await t.rejects(host.call(service, 'open', { ...open, foundAt: day(30) }), {
    code: 'FOUND_IN_THE_FUTURE',
  })
  t.match(await host.call(service, 'board', { limit: 2 }), {
    columns: [
      { state: 'open', count: 1, items: [{ id: minor.id, stepsDone: null }] },
      { state: 'dispositioned', count: 0 },
      { state: 'acting', count: 3, items: [{ lot: 'L-3' }, { lot: 'L-2' }] },
      { state: 'verifying' },
      { state: 'closed' },
      { state: 'cancelled' },
    ],
  })
  const first = await host.call<{ items: Summary[]; next: string }>(service, 'list', {
    ...{ limit: 2, supplier: 'S-1' },
  })
  const rest = await host.call<{ items: object[]; next?: string }>(service, 'list', {
    ...{ limit: 2, supplier: 'S-1', cursor: first.next },
  })
  t.match([first.items, rest.items], [[{ lot: 'L-3' }, { lot: 'L-2' }], [{ lot: 'L-1' }]])
  t.equal(rest.next, undefined)
  await t.rejects(host.call(service, 'list', { cursor: 'x' }), { code: 'CURSOR_INVALID' })
  t.match(
    await run(host, minor, [
      ['advance', { command: 'dispose', reason: 'ok', disposition: { kind: 'use-as-is', quantity: 1 } }],
      ['close', {}],
    ]),
    { state: 'closed' },
  )
  const other = await newHost()
  t.strictSame(await list(other), [], 'another tenant sees nothing of it')
})
