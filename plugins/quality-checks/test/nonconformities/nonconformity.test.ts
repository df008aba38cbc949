import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  begin,
  complete,
  DAY,
  database,
  day,
  decided,
  get,
  list,
  newHost,
  rejected,
  run,
  type Summary,
  service,
  toVerifying,
} from './story.ts'

t.test('a rejected lot goes through 8D, evidence and later lots to its close', async (t) => {
  const host = await begin()
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
    [
      'advance',
      { command: 'dispose', reason: 'sorted', disposition: { kind: 'scrap', quantity: 50 } },
    ],
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
  const host = await begin()
  await host.emit('quality.lot.rejected', rejected(1))
  const verifying = await run(host, (await list(host))[0] as Summary, toVerifying)
  await host.emit('quality.inspection.decided', decided(3, true))
  await host.emit('quality.inspection.decided', decided(4, false))
  await host.emit('quality.inspection.decided', decided(4, false), { id: 'told again' })
  const back = await get(host, verifying.id)
  t.match(back, {
    state: 'acting',
    verification: { failures: 1 },
    log: [{ command: 'failEffectiveness' }],
  })
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
  const host = await begin()
  const outcome = async (order: readonly number[]) => {
    await database.empty()
    for (const [n, index] of order.entries()) {
      const [type, data] = events[index] as [string, object]
      await host.emit(type, data, { id: `e${n}` })
    }
    const wholes = await Promise.all((await list(host)).map(({ id }) => get(host, id)))
    // Numbers are given in the order of hearing.
    return wholes.map(({ number: _, log: _log, alike, ...one }) => ({
      ...one,
      alike: (alike as unknown as { id: string }[]).map(({ id }) => id),
    }))
  }
  const all = events.map((_, index) => index)
  const expected = await outcome(all)
  t.equal(expected.length, 3)
  t.strictSame(
    expected.map((one) => one['recurrences' as 'id']),
    [1, 0, 0] as never,
  )
  t.equal(host.published.length, 3)
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.array(fc.constantFrom(...all), { maxLength: 4 }),
      async (order, repeated) => {
        t.strictSame(await outcome([...order, ...repeated]), expected)
      },
    ),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 6) },
  )
})

t.test('evidence is a file, an address or words, and what is none is refused', async (t) => {
  const host = await begin()
  await host.emit('quality.lot.rejected', rejected(1))
  const one = (await list(host))[0] as Summary
  const add = (input: object) =>
    host.call<Summary>(service, 'addEvidence', { id: one.id, revision: 1, step: 'D3', ...input })
  await t.rejects(add({ kind: 'blob', value: 'a'.repeat(64) }), { code: 'EVIDENCE_INVALID' })
  await t.rejects(add({ kind: 'blob', content: '*' }), { code: 'EVIDENCE_INVALID' })
  await t.rejects(add({ kind: 'link', value: 'javascript:alert(1)' }), { code: 'EVIDENCE_INVALID' })
  await t.rejects(add({ kind: 'note' }), { code: 'EVIDENCE_INVALID' })
  await add({ kind: 'blob', content: btoa('photo'), type: 'image/jpeg', title: 'Bore' })
  const [{ evidence }] = (await get(host, one.id)).steps.slice(3, 4) as [
    { evidence: [{ value: string }] },
  ]
  const file = { id: one.id, step: 'D3', sha256: evidence[0].value }
  t.strictSame(await host.call(service, 'evidenceFile', file), {
    ...{ type: 'image/jpeg', content: btoa('photo') },
  })
  await t.rejects(host.call(service, 'evidenceFile', { ...file, step: 'D4' }), {
    code: 'EVIDENCE_INVALID',
  })
})

t.test('the board has a column for each state, and lists go page by page', async (t) => {
  const host = await begin()
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
      [
        'advance',
        { command: 'dispose', reason: 'ok', disposition: { kind: 'use-as-is', quantity: 1 } },
      ],
      ['close', {}],
    ]),
    { state: 'closed' },
  )
})

t.test(
  'what is overdue is told once to its owner and once higher up, at its instant',
  async (t) => {
    const host = await begin()
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
    t.match((await get(host, opened.id)).steps[0], {
      owner: 'grace',
      overdue: false,
      overdueLevel: 0,
    })
    const bare = await newHost({ grants: 'required' })
    t.strictSame(await list(bare), [], 'another tenant sees nothing of it')
    await bare.call(service, 'open', { title: 'x', severity: 'major', quantity: 1, unit: 'C62' })
    await bare.advance(5 * DAY)
    t.match(
      bare.published.at(-1),
      { type: 'quality.eight-d.overdue' },
      'without mail it is told all the same',
    )
  },
)
