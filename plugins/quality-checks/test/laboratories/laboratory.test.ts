import { createTestHost, type TestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import plugin from '../../src/index.ts'
import { judgeReport, verdictOfReport } from '../../src/laboratories/judge-report.ts'
import { readReport } from '../../src/laboratories/read-report.ts'
import { sharedHost } from '../shared-host.ts'
import { tenantDatabase } from '../tenant-database.ts'

const folder = new URL('../..', import.meta.url)
const database = await tenantDatabase(t)
const at = '2026-03-05T10:00:00.000Z'

const config = {
  laboratories: [
    {
      laboratory: 'sgs',
      match: { pointer: '/lab/code', equals: 'SGS' },
      fields: {
        ...{
          report: '/reportNo',
          lot: '/sample/batch',
          item: '/sample/article',
          results: '/tests',
        },
        ...{ reportedAt: '/issued', characteristic: '/name', value: '/res', unit: '/uom' },
        ...{ passed: '/verdict', method: '/std' },
      },
      characteristics: [
        { name: 'Länge', characteristic: 'length', unit: 'MMT', lower: 1, upper: 2 },
        { name: 'Temp', characteristic: 'melting', unit: 'CEL', reportedUnit: 'KEL' },
      ],
      verdicts: { passed: ['OK'], failed: ['NOK'] },
    },
  ],
}

const tenantId = 'acme'
const newHost = sharedHost(async () => {
  const host = await createTestHost({ folder, plugin, config, answers: { database } })
  return Object.assign(host, { tenantId })
}, database.empty)

async function receive(tenant: string, lot: string, accepted = 0) {
  const { client } = database
  await client.query(
    `insert into lots (tenant, lot, item, supplier, unit, created_at) values ($1, $2, 'V-7', 'S-1', 'C62', $3)`,
    [tenant, lot, at],
  )
  const sampling = { kind: 'all' }
  const definition = { sampling, characteristics: [{ id: 'length', unit: 'mm', lsl: 24, usl: 26 }] }
  await client.query(
    `insert into inspection_plans (tenant, plan, version, item, supplier, operation, is_current, definition, created_at, created_by)
     values ($1, 'P', 1, '', '', '', false, $2, $3, 'u') on conflict do nothing`,
    [tenant, definition, at],
  )
  await client.query(
    `insert into inspections (tenant, inspection, lot, origin, document, line, arrived_at, item, supplier, operation, orders,
       unit, quantity, pending, on_hold, accepted, rejected, serials, plan, plan_version, state, was_inspected, tests,
       is_counted, revision, created_at)
     values ($1, $2, $3, 'receipt', $2, '', $4, 'V-7', 'S-1', '', '{}', 'C62', 100, $6, 0, $5, 0, 0, 'P', 1, 'open', true,
       '[]', false, 1, $4)`,
    [tenant, `I-${lot}`, lot, at, accepted, 100 - accepted],
  )
}

const delivery = (more: object = {}, test: object = {}) => ({
  ...{ lab: { code: 'SGS' }, reportNo: 'R-1', sample: { batch: 'L-1', article: 'V-7' } },
  issued: at,
  tests: [{ name: 'Länge', res: '2.5', uom: 'cm', verdict: 'OK', std: 'ISO 1', ...test }],
  ...more,
})
const reported = (more: object = {}) => ({
  ...{ report: 'E-1', laboratory: 'tüv', lot: 'L-1', reportedAt: at },
  results: [{ characteristic: 'length', value: 25, unit: 'mm' }],
  ...more,
})

const messages = async (host: TestHost, filter: object = {}) =>
  (
    await host.call<{ items: Record<string, unknown>[] }>(
      ...(['quality.certificate', 'laboratoryMessages', filter] as const),
    )
  ).items
const received = (host: TestHost) =>
  host.published
    .filter(({ type }) => type === 'quality.laboratory-result.received')
    .map(({ data }) => data)
const results = async (tenant: string) => {
  const sql =
    'select characteristic, value, unit, reported_value, reported_unit, passed from laboratory_results where tenant = $1 order by report, position'
  return (await database.client.query(sql, [tenant])).rows
}

t.test(
  'a signed delivery is read by the mapping, converted, judged by the plan, and told once',
  async (t) => {
    const host = await newHost()
    await receive(host.tenantId, 'L-1')
    await host.deliver('laboratory', { id: 'm-1', json: delivery() })
    await host.deliver('laboratory', { id: 'm-1', json: delivery() })
    await host.deliver('laboratory', { id: 'm-2', json: delivery() })
    t.strictSame(await results(host.tenantId), [
      {
        ...{ characteristic: 'length', value: 25, unit: 'mm' },
        ...{ reported_value: 2.5, reported_unit: 'cm', passed: true },
      },
    ])
    t.match(received(host), [
      { report: 'R-1', laboratory: 'sgs', lot: 'L-1', item: 'V-7', passed: true },
    ])
    t.match((await messages(host)).map(({ message, state }) => `${message} ${state}`).toSorted(), [
      ...['m-1 stored', 'm-2 duplicate'],
    ])
    const raw = { laboratory: 'sgs', message: 'm-1' }
    t.match(await host.call('quality.certificate', 'laboratoryMessage', raw), { raw: delivery() })
    await t.rejects(
      host.call('quality.certificate', 'laboratoryMessage', { ...raw, message: 'm-9' }),
      {
        code: 'MESSAGE_UNKNOWN',
      },
    )
  },
)

t.test('a failure of goods that are released already is told with how much is out', async (t) => {
  const host = await newHost()
  await receive(host.tenantId, 'L-1', 60)
  await host.deliver('laboratory', { id: 'm-1', json: delivery({}, { res: 2.7 }) })
  t.match(received(host), [{ passed: false, failing: ['length'], accepted: 60 }])
  const verdict = await newHost()
  await receive(verdict.tenantId, 'L-1')
  await verdict.deliver('laboratory', { id: 'm-1', json: delivery({}, { verdict: 'NOK' }) })
  t.match(received(verdict), [{ passed: false }], 'the laboratory says so, whatever the limits')
})

t.test(
  'what cannot be read is kept with its reason, and read anew once it is mended',
  async (t) => {
    const host = await newHost()
    await receive(host.tenantId, 'L-1')
    const wrong: [object, string][] = [
      [delivery({}, { uom: 'kg' }), 'UNIT_MISMATCHED'],
      [delivery({}, { uom: undefined }), 'UNIT_MISSING'],
      [delivery({}, { res: '<0.1' }), 'REPORT_UNREADABLE'],
      [delivery({}, { verdict: 'perhaps' }), 'REPORT_UNREADABLE'],
      [delivery({ issued: 'yesterday' }), 'REPORT_UNREADABLE'],
      [delivery({ issued: '03/04/2026' }), 'REPORT_UNREADABLE'],
      [delivery({ tests: [] }), 'REPORT_UNREADABLE'],
      [delivery({ reportNo: null }), 'REPORT_UNREADABLE'],
      [delivery({ sample: { batch: 'L-1', article: 'X-1' } }), 'ITEM_MISMATCHED'],
      [{ lab: { code: 'other' } }, 'LABORATORY_UNKNOWN'],
    ]
    for (const [n, [json, code]] of wrong.entries()) {
      await host.deliver('laboratory', { id: `w-${n}`, json })
      const [found] = (await messages(host)).filter(({ message }) => message === `w-${n}`)
      t.match(found, { state: 'refused', code }, `${n}: ${code}`)
    }
    await host.deliver('laboratory', { id: 'no-json', bodyBase64: 'AAAA' })
    t.strictSame(received(host), [])
    t.strictSame(await results(host.tenantId), [])
    const again = { laboratory: 'sgs', message: 'w-0' }
    t.match(await host.call('quality.certificate', 'reprocessLaboratoryMessage', again), {
      ...{ state: 'refused', code: 'UNIT_MISMATCHED' },
    })
    const states = await messages(host, { state: 'refused' })
    t.equal(states.length, 11)
  },
)

t.test('a report that was changed needs a number of its own', async (t) => {
  const host = await newHost()
  await receive(host.tenantId, 'L-1')
  await host.deliver('laboratory', { id: 'm-1', json: delivery() })
  await host.deliver('laboratory', { id: 'm-2', json: delivery({}, { res: 2.4 }) })
  t.match(await messages(host, { state: 'refused' }), [{ message: 'm-2', code: 'REPORT_CHANGED' }])
  t.equal(received(host).length, 1)
})

t.test('a report before its lot waits for it', async (t) => {
  const host = await newHost()
  await host.deliver('laboratory', { id: 'm-1', json: delivery() })
  t.match(await messages(host), [{ state: 'parked', lot: 'L-1', report: 'R-1' }])
  await receive(host.tenantId, 'L-1')
  const created = {
    ...{ inspection: 'I-1', lot: 'L-1', item: 'V-7', quantity: 100, unit: 'C62', createdAt: at },
  }
  await host.emit('quality.inspection.created', created)
  await host.emit('quality.inspection.created', created, { id: 'again' })
  t.match(await messages(host), [{ state: 'stored' }])
  t.equal(received(host).length, 1)
})

t.test(
  'results that another system reports go the same way, and refused ones are dead letters',
  async (t) => {
    const host = await newHost()
    await receive(host.tenantId, 'L-1')
    await host.emit('laboratory.result.reported', reported(), { id: 'e-1' })
    await host.emit('laboratory.result.reported', reported(), { id: 'e-1' })
    await host.emit('laboratory.result.reported', reported(), { id: 'e-2' })
    t.match(received(host), [{ report: 'E-1', laboratory: 'tüv', passed: true }])
    const kilos = reported({
      ...{ report: 'E-2', results: [{ characteristic: 'length', value: 25, unit: 'KGM' }] },
    })
    await t.rejects(host.emit('laboratory.result.reported', kilos, { id: 'e-3' }), {
      code: 'UNIT_MISMATCHED',
    })
    t.match(await messages(host, { state: 'refused' }), [
      { origin: 'event', code: 'UNIT_MISMATCHED' },
    ])
  },
)

t.test(
  'every order and repetition of deliveries, events and lots stores the same results',
  async (t) => {
    const created = (lot: string) => ({
      ...{ inspection: `I-${lot}`, lot, item: 'V-7', quantity: 100, unit: 'C62', createdAt: at },
    })
    type Step = (host: Awaited<ReturnType<typeof newHost>>) => Promise<void>
    const known = new Set<string>()
    const arrive =
      (lot: string): Step =>
      async (host) => {
        const key = `${host.tenantId}/${lot}`
        if (!known.has(key)) await receive(host.tenantId, lot)
        known.add(key)
        await host.emit('quality.inspection.created', created(lot))
      }
    const second = delivery(
      { reportNo: 'R-2', sample: { batch: 'L-2' } },
      { name: 'Temp', res: 300, uom: undefined },
    )
    const steps: readonly Step[] = [
      arrive('L-1'),
      arrive('L-2'),
      (host) => host.deliver('laboratory', { id: 'm-1', json: delivery() }),
      (host) => host.deliver('laboratory', { id: 'm-2', json: second }),
      (host) => host.emit('laboratory.result.reported', reported(), { id: 'e-1' }),
    ]
    const host = await newHost()
    const outcome = async (order: readonly number[]) => {
      await database.empty()
      known.clear()
      for (const index of order) await steps[index]?.(host)
      return results(host.tenantId)
    }
    const all = steps.map((_, index) => index)
    const expected = await outcome(all)
    t.match(expected.at(-1), { characteristic: 'melting', value: 26.85, unit: 'CEL' })
    t.equal(received(host).length, 3)
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.constantFrom(...all), { maxLength: 3 }),
        async (order, repeated) => {
          t.strictSame(await outcome([...order, ...repeated]), expected)
        },
      ),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 6) },
    )
  },
)

t.test('anything at all is read or refused by code, and nothing in between', async (t) => {
  const [source] = config.laboratories as [(typeof config.laboratories)[0]]
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      try {
        readReport({ ...delivery(), tests: json }, source)
      } catch (error) {
        t.equal((error as { code: string }).code, 'REPORT_UNREADABLE')
      }
    }),
  )
  const report = readReport(delivery(), source)
  const limits = new Map([['length', { unit: 'MMT', lower: 25, upper: 25 }]])
  t.match(judgeReport(report, limits, source), [{ value: 25, passed: true }], 'on a limit')
  t.equal(verdictOfReport([{ passed: true }, { passed: null }]), null)
  const [length] = report.results
  const acid = (value: number, unit: string | null) =>
    judgeReport(
      {
        ...report,
        results: [{ ...length, characteristic: 'pH', value, unit, passed: null }] as never,
      },
      new Map([['pH', { unit: null, lower: 6.5, upper: 7.5 }]]),
      source,
    )
  t.match([...acid(7, null), ...acid(9, null)], [{ passed: true }, { passed: false }], 'no unit')
  t.throws(() => acid(7, 'pH'), { code: 'UNIT_MISMATCHED' })
  const uncertain = {
    ...report,
    results: report.results.map((one) => ({ ...one, uncertainty: 0.1 })),
  }
  t.match(judgeReport(uncertain, limits, source), [{ uncertainty: 1 }], 'a width in the same unit')
})
