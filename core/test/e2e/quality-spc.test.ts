import pg from 'pg'
import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const company = await Company.open(t, host, 'dongchen', ['quality-checks'])
const spc = (operation: string, input: unknown = {}) =>
  company.ask('quality.spc@1', operation, input)
const refused = async (operation: string, input: unknown) => {
  const { status, body } = await company.call('quality.spc@1', operation, input)
  return `${status} ${body.code}`
}
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const points = (values: readonly number[], from: number) =>
  values.map((value, i) => ({ at: at(from + i), values: [value], gauge: 'G-1', operator: 'Li' }))

t.test('a chart goes from its first points to frozen limits and alarms', async (t) => {
  const chart = 'shaft-diameter'
  const define = {
    chart,
    kind: 'i-mr',
    item: 'shaft',
    characteristic: 'diameter',
    unit: 'MMT',
    lsl: 9,
    usl: 11,
  }
  t.match(await spc('defineChart', define), { revision: 1, phase: 1 })
  t.match(await spc('chart', { chart }), { items: [], notes: ['TOO_FEW_POINTS'], phase: 1 })
  const base = Array.from({ length: 30 }, (_, i) => 10 + [0, 0.1, -0.1, 0.05, -0.05, 0.02][i % 6]!)
  t.match(await spc('append', { chart, points: points(base, 0) }), {
    added: 30,
    phase: 1,
    alarms: [],
  })
  t.match(await spc('append', { chart, points: points(base, 0) }), { added: 0, duplicates: 30 })
  const reason = 'Thirty parts after the overhaul'
  const frozen = await spc('freezeLimits', { chart, reason, exclude: [`${at(3)}|G-1|Li`] })
  t.match(frozen, { version: 1, points: 29 })
  t.match(await spc('limits', { chart }), { items: [{ reason, excluded: [`${at(3)}|G-1|Li`] }] })

  const jump = await spc('append', { chart, points: points([10.9], 40) })
  t.match(jump, {
    added: 1,
    phase: 2,
    alarms: [{ rule: 'nelson-1', value: 10.9 }, { rule: 'dispersion-limits' }],
  })
  const open = await spc('alarms', { chart, open: true, limit: 1 })
  t.match(open, { items: [{ text: { 'zh-CN': /./ } }], next: /./ })
  t.equal((await spc('alarms', { chart, open: true, cursor: open.next })).items.length, 1)
  const [alarm] = jump.alarms
  const found = { chart, point: alarm.point, rule: alarm.rule, cause: 'Tool broke' }
  t.match(await spc('acknowledge', found), { cause: 'Tool broke', acknowledgedBy: /./ })
  t.match(await spc('acknowledge', { ...found, cause: 'No' }), { cause: 'Tool broke' })
  t.equal((await spc('alarms', { chart, open: true })).items.length, 1)

  const page = await spc('chart', { chart, limit: 20 })
  t.match(page.items.at(-1), { value: 10.9, flags: ['nelson-1', 'dispersion-limits'] })
  const older = await spc('chart', { chart, limit: 20, cursor: page.next })
  t.strictSame(
    [...older.items, ...page.items].map(({ at }: { at: string }) => at),
    [...points(base, 0), { at: at(40) }].map((p) => p.at),
  )
  t.match(await spc('capability', { chart, to: at(35), method: 'normal' }), {
    method: 'normal',
    n: 30,
    within: { cpk: { value: Number } },
  })

  const rows = await company.eventually('events of alarms', published, ({ length }) => length === 2)
  t.strictSame(rows.map(({ data }) => data.rule).sort(), ['dispersion-limits', 'nelson-1'])
  t.match(rows[0]?.data, {
    chart,
    item: 'shaft',
    characteristic: 'diameter',
    point: alarm.point,
    at: at(40),
  })
})

t.test('two that append at once lose nothing, and a chart freezes by itself', async (t) => {
  const chart = 'two-lines'
  await spc('defineChart', { chart, kind: 'cusum', autoFreeze: 20 })
  const halves = Array.from({ length: 4 }, (_, i) => points([1, 2, 1.5, 1.2, 1.8, 1.4], 10 * i))
  const answers = await Promise.all(halves.map((half) => spc('append', { chart, points: half })))
  t.strictSame(
    answers.map(({ added }) => added),
    [6, 6, 6, 6],
  )
  t.match(await spc('limits', { chart }), {
    items: [{ version: 1, author: /./, reason: /20 points/ }],
  })
  await spc('append', { chart, points: points(Array(12).fill(2), 100) })
  const view = await spc('chart', { chart })
  t.equal(view.phase, 2)
  t.ok(view.items.length >= 12)
  t.ok(
    view.items.at(-1).value > 0 && view.items.at(-1).flags.length > 0,
    'the sum crossed its interval',
  )
  t.match(await spc('freezeLimits', { chart, reason: 'New tool', centre: 2, sigma: 0.4 }), {
    version: 2,
    points: 0,
  })
  t.match(await spc('chart', { chart }), { items: [], limitsVersion: 2 }, 'sums begin anew')
})

t.test('studies are kept once', async (t) => {
  const readings = ['1', '2', '3'].flatMap((part) =>
    ['A', 'B'].flatMap((operator) =>
      [0, 0.01].map((error) => ({ part, operator, value: Number(part) + error })),
    ),
  )
  t.match(await spc('gaugeStudy', { study: 'S-1', gauge: 'G-1', readings, tolerance: 3 }), {
    verdict: 'acceptable',
  })
  t.match(await spc('gaugeStudy', { study: 'S-1', gauge: 'G-1', readings, tolerance: 3 }), {
    parts: 3,
  })
  t.equal(
    await refused('gaugeStudy', { study: 'S-1', readings: [...readings].reverse() }),
    '422 STUDY_EXISTS',
  )
  t.match(await spc('gaugeStudies', { gauge: 'G-1' }), { items: [{ study: 'S-1', author: /./ }] })
})

t.test('functions answer a row and a column', async (t) => {
  const udf = (name: string, body: unknown) =>
    company.admin.request<{ values: (number | null)[] }>(
      'POST',
      `/v1/udfs/@signalbox%2Fquality-checks/${name}`,
      body,
    )
  t.match(await udf('dpmo:call', { args: [3, 100, 5] }), { value: 6000 })
  const columns = [
    [3, 1],
    [100, 0],
    [5, 2],
  ]
  t.match(await udf('dpmo:batch', { columns }), { values: [6000, null] })
  const series = [
    [4, 6, 4, 6],
    [5, 5, 5, 5],
  ]
  const { values } = await udf('cpk:batch', { columns: [series, [null, 0], [10, 10]] })
  t.strictSame([values[0]?.toFixed(9), values[1]], ['0.940000000', null])
  const flagged = await udf('nelson_flags:call', { args: [[0, 0, 5], 0, 1] })
  t.match(flagged, { value: { r1: [3], r2: [] } })
})

t.test('what a chart does not take is refused by its code', async (t) => {
  t.equal(
    await refused('append', { chart: 'none', points: points([1], 0) }),
    '422 SPC_CHART_MISSING',
  )
  t.equal(
    await refused('defineChart', { chart: 'shaft-diameter', kind: 'c' }),
    '422 SPC_CHART_FIXED',
  )
  t.equal(
    await refused('defineChart', { chart: 'x', kind: 'i-mr', lsl: 2, usl: 1 }),
    '422 SPC_SPECIFICATION_REVERSED',
  )
  t.equal(
    await refused('defineChart', { chart: 'x', kind: 'p', usl: 1 }),
    '422 SPC_SPECIFICATION_OF_COUNTS',
  )
  const two = [{ at: at(0), values: [1, 2] }]
  t.equal(
    await refused('append', { chart: 'shaft-diameter', points: two }),
    '422 SPC_SUBGROUP_SIZE',
  )
  const ahead = [{ at: new Date(Date.now() + 2 * 86_400_000).toISOString(), values: [1] }]
  t.equal(
    await refused('append', { chart: 'shaft-diameter', points: ahead }),
    '422 SPC_TIME_INVALID',
    'a clock that is days ahead would make all that come late',
  )
  t.equal(await refused('chart', { chart: 'shaft-diameter', cursor: 'x' }), '422 CURSOR_INVALID')
  await spc('defineChart', { chart: 'flat', kind: 'i-mr' })
  await spc('append', { chart: 'flat', points: points([5, 5, 5], 0) })
  t.match(await spc('chart', { chart: 'flat' }), {
    notes: ['SIGMA_ZERO'],
    items: [{ flags: [] }, {}, {}],
  })
  t.equal(await refused('freezeLimits', { chart: 'flat', reason: 'now' }), '422 SPC_SIGMA_ZERO')
  t.equal(
    await refused('freezeLimits', { chart: 'flat', reason: 'now', centre: 5 }),
    '422 SPC_LIMITS_INVALID',
  )
  t.equal(await refused('capability', { chart: 'flat', lsl: 1 }), '422 CAPABILITY_NO_SPREAD')
  t.equal(await refused('capability', { lsl: 1 }), '422 CAPABILITY_DATA_MISSING')
})

async function published(): Promise<{ data: Record<string, unknown> }[]> {
  const client = new pg.Client({ connectionString: hostUrl })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select event from events where tenant = 'dongchen' and type = 'quality.spc.alarm' order by sequence`,
    )
    return rows.map(({ event }) => JSON.parse(event))
  } finally {
    await client.end()
  }
}
