import { readFile } from 'node:fs/promises'
import { createTestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import plugin from '../../src/index.ts'
import { ownDatabase } from '../tenant-database.ts'

const database = await ownDatabase(t, 1)

const lengthProvider = {
  plugin: '@acme/lengths',
  value: { id: 'even', handler: 'even' },
  handlers: {
    even: (input: unknown) => ({
      unexpected: (input as { rows: number[][] }).rows.flatMap(([n = 0], at) =>
        n % 2 ? [at] : [],
      ),
    }),
  },
}
const openHost = (tenant: string, now: number) =>
  createTestHost({
    folder: new URL('../../', import.meta.url),
    plugin,
    tenant,
    now,
    answers: {
      database: async (sql, parameters) => {
        const { rows, rowCount } = await database.query(sql, parameters)
        return { rows, rowCount: rowCount ?? 0 }
      },
      contributions: { 'quality.data/check/v1': [lengthProvider] },
    },
  })
const host = await openHost('acme', Date.UTC(2026, 10, 27))

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever comes
const call = (operation: string, input: object): Promise<any> =>
  host.call('quality.data', operation, input)
const told = () =>
  host.published.map(({ type, data }) => [
    type,
    (data as { check: string }).check,
    (data as { status: string }).status,
  ])
const columns = (types: Record<string, string>) =>
  Object.entries(types).map(([name, type]) => ({ name, type }))

t.test(
  'the profit of two systems that differ is told once, shown, and told again when they agree',
  async (t) => {
    for (const dataset of ['finance', 'sales'])
      await call('defineDataset', {
        dataset,
        columns: columns({ region: 'text', profit: 'number' }),
        key: ['region'],
        owner: 'controlling',
      })
    await call('defineCheck', {
      check: 'profit-agrees',
      dataset: 'finance',
      rule: 'agree',
      columns: ['region'],
      column: 'profit',
      otherDataset: 'sales',
      otherColumns: ['region'],
      otherColumn: 'profit',
      tolerance: 0.05,
      owner: 'cfo',
    })
    t.match(await call('score', { dataset: 'finance' }), {
      score: null,
      notAssessed: [{ check: 'profit-agrees', reason: 'NEVER_RUN' }],
    })
    t.match(await call('run', { dataset: 'finance' }), { state: 'finished', progress: 1 })
    t.match(
      await call('score', { dataset: 'finance' }),
      { score: null, notAssessed: [{ reason: 'NO_ROWS' }] },
      'an empty dataset has no score',
    )
    await call('appendRows', {
      dataset: 'finance',
      batch: 'f1',
      rows: [
        ['East', 12.4],
        ['West', 8],
      ],
    })
    await call('appendRows', {
      dataset: 'sales',
      batch: 's1',
      rows: [
        ['East', 10.9],
        ['West', 8.01],
      ],
    })
    host.advance(1000)
    await call('run', { dataset: 'finance' })
    await call('run', { dataset: 'finance' })
    t.strictSame(
      told(),
      [['data.check.failed', 'profit-agrees', 'fail']],
      'the change of the state, not each run',
    )
    t.match(host.published[0], {
      partitionkey: 'profit-agrees',
      data: {
        owner: 'cfo',
        passRate: 0.5,
        assessed: 2,
        unexpected: 1,
        text: { en: /1 of 2/, 'zh-CN': /2 个中有 1 个/ },
      },
    })
    t.strictSame((await call('badRows', { check: 'profit-agrees' })).items, [
      { values: { region: 'East', profit: 12.4 }, other: { dataset: 'sales', value: 10.9 } },
    ])
    t.match(await call('results', { check: 'profit-agrees', limit: 1 }), {
      items: [{ charted: 0.5, failBelow: 1, warnBelow: 1 }],
      signals: [],
    })
    t.match(await call('checks', { state: 'fail' }), { items: [{ check: 'profit-agrees' }] })
    t.strictSame((await call('checks', { state: 'pass' })).items, [])
    t.strictSame((await call('checks', { check: 'nope' })).items, [])
    const [line, other] = (await call('scores', {})).items
    t.match(line, { dataset: 'finance', score: 50, checks: 1, failing: 1, notAssessed: 0, rows: 2 })
    t.match(other, { dataset: 'sales', score: null, checks: 0, asOf: null })
    t.match(await call('explain', { check: 'profit-agrees' }), {
      state: 'fail',
      text: { en: /profit must be the same in sales/ },
      examples: [{ values: { region: 'East' } }],
    })
    t.match(await call('score', { dataset: 'finance' }), {
      score: 50,
      byDimension: [{ dimension: 'consistency', score: 50 }],
      failing: [{ check: 'profit-agrees' }],
    })
    await call('appendRows', {
      dataset: 'sales',
      batch: 's2',
      replace: true,
      rows: [
        ['East', 12.4],
        ['West', 8],
      ],
    })
    await call('run', { dataset: 'finance' })
    t.strictSame(told().slice(1), [['data.check.recovered', 'profit-agrees', 'pass']])
    t.match(await call('datasets', {}), {
      items: [
        { dataset: 'finance', rows: 2 },
        { dataset: 'sales', rows: 2 },
      ],
    })
    await host.runJob('purge-data-rows', { dataset: 'sales' })
    t.equal(
      (await database.query("select count(*) as n from data_rows where dataset = 'sales'")).rows[0]
        .n,
      2,
      'replaced rows are removed behind',
    )
  },
)

t.test('a batch is taken once, late or not, and its rows are what they are', async (t) => {
  await call('defineDataset', {
    dataset: 'orders',
    columns: [
      ...columns({ id: 'integer', amount: 'number', at: 'timestamp' }),
      { name: 'phone', type: 'text', sensitive: true },
    ],
    key: ['id'],
    watermark: 'at',
    maxAgeMinutes: 60,
    scope: 'new',
  })
  const rows = [
    [1, 10, '2026-11-26T23:30:00Z', '13800138000'],
    [2, '12', '2026-11-26T23:00:00Z', '12345'],
    [2, 1e15, 'nonsense', null],
    [3, null, null, 'nul\u0000'],
  ]
  const sent = { dataset: 'orders', batch: 'b1', rows }
  t.match(await call('appendRows', sent), { taken: 4, duplicate: false })
  t.match(await call('appendRows', sent), { taken: 0, duplicate: true })
  await t.rejects(call('appendRows', { ...sent, rows: rows.slice(1) }), { code: 'BATCH_CHANGED' })
  const checks: [string, object][] = [
    ['id-unique', { rule: 'unique', columns: ['id'] }],
    ['amount-type', { rule: 'type', column: 'amount', redLine: 0.5, warn: 0.9 }],
    ['phone-format', { rule: 'format', column: 'phone', format: 'cn-mobile' }],
    ['at-fresh', { rule: 'fresh' }],
    ['rows-volume', { rule: 'volume', min: 1, maxRobustZ: 3.5 }],
    ['amount-drift', { rule: 'drift', column: 'amount', method: 'ks' }],
    ['id-even', { rule: 'custom', provider: 'even', columns: ['id'] }],
    ['id-gone', { rule: 'custom', provider: 'nobody' }],
  ]
  for (const [check, fields] of checks)
    await call('defineCheck', { check, dataset: 'orders', ...fields })
  await call('run', { dataset: 'orders' })
  const newest = async (check: string) => (await call('results', { check })).items[0]
  t.match(await newest('id-unique'), { assessed: 4, unexpected: 2, state: 'fail', flags: [] })
  t.match(await newest('amount-type'), { assessed: 3, unexpected: 1, state: 'warn' })
  t.match(await newest('phone-format'), { assessed: 3, unexpected: 2 })
  t.match(await newest('at-fresh'), { state: 'pass', value: 30 + 1 / 60 })
  t.match(await newest('rows-volume'), {
    state: 'not-assessed',
    reason: 'HISTORY_TOO_SHORT',
    passRate: null,
    value: 4,
  })
  t.match(await newest('amount-drift'), { reason: 'SAMPLE_TOO_SMALL' })
  t.match(await newest('id-even'), { assessed: 4, unexpected: 2 })
  t.match(await newest('id-gone'), { state: 'not-assessed', reason: 'PROVIDER_MISSING' })
  t.strictSame((await call('badRows', { check: 'phone-format' })).items, [
    { row: 1, values: { id: 2, phone: '***' } },
    { row: 3, values: { id: 3, phone: '***' } },
  ])
  t.strictSame((await call('badRows', { check: 'amount-type' })).items, [
    { row: 1, values: { id: 2, amount: '12' } },
  ])
  t.match((await call('badRows', { check: 'id-unique' })).items, [{ row: 1 }, { row: 2 }])

  await call('appendRows', {
    dataset: 'orders',
    batch: 'late',
    columns: ['id', 'at'],
    rows: [
      [4, '2020-01-01T00:00:00Z'],
      [1, null],
    ],
  })
  host.advance(1000)
  t.match(await call('run', { dataset: 'orders' }), { scope: 'new' })
  t.match(
    await newest('id-even'),
    { assessed: 2, unexpected: 1 },
    'a late batch is new, whatever its watermark says',
  )
  t.match(
    await newest('id-unique'),
    { assessed: 6, unexpected: 4 },
    'an old row may be what makes a new one a duplicate',
  )
})

t.test(
  'new rows that are told of run the checks once, and unknown datasets are passed over',
  async (t) => {
    const runs = async () => (await call('runs', { dataset: 'orders' })).items.length
    const before = await runs()
    const data = { dataset: 'orders', refreshedAt: '2026-11-27T00:00:00Z' }
    await host.emit('datasets.dataset.refreshed', data, { key: 'orders', id: 'e1' })
    await host.emit('datasets.dataset.refreshed', data, { key: 'orders', id: 'e1' })
    t.equal(await runs(), before + 1)
    await host.emit(
      'datasets.dataset.refreshed',
      { ...data, dataset: 'elsewhere' },
      { key: 'elsewhere', id: 'e2' },
    )
  },
)

t.test('what cannot be done is refused by a code', async (t) => {
  const refused: [string, string, object][] = [
    ['DATASET_UNKNOWN', 'run', { dataset: 'nope' }],
    ['DATASET_UNKNOWN', 'score', { dataset: 'nope' }],
    ['CHECK_UNKNOWN', 'results', { check: 'nope' }],
    ['RESULT_UNKNOWN', 'explain', { check: 'id-even', run: 'nope' }],
    ['DATASET_WITHOUT_CHECKS', 'run', { dataset: 'sales' }],
    ['ROWS_INVALID', 'appendRows', { dataset: 'orders', batch: 'x', rows: [[1]] }],
    [
      'COLUMN_UNKNOWN',
      'appendRows',
      { dataset: 'orders', batch: 'x', columns: ['nope'], rows: [[1]] },
    ],
    [
      'ROW_TOO_LARGE',
      'appendRows',
      { dataset: 'orders', batch: 'x', columns: ['phone'], rows: [['x'.repeat(9000)]] },
    ],
    ['COLUMNS_IN_USE', 'defineDataset', { dataset: 'orders', columns: columns({ id: 'text' }) }],
    [
      'COLUMNS_INVALID',
      'defineDataset',
      {
        dataset: 'new',
        columns: columns({}).concat(
          Array.from({ length: 25 }, (_, at) => ({ name: `c${at}`, type: 'text' })),
        ),
      },
    ],
    [
      'COLUMNS_INVALID',
      'defineDataset',
      {
        dataset: 'new',
        columns: [
          { name: 'a', type: 'text' },
          { name: 'a', type: 'text' },
        ],
      },
    ],
    [
      'COLUMN_UNKNOWN',
      'defineDataset',
      { dataset: 'new', columns: columns({ a: 'text' }), key: ['b'] },
    ],
    [
      'REVISION_OUTDATED',
      'defineDataset',
      { dataset: 'sales', columns: columns({ region: 'text', profit: 'number' }), revision: 9 },
    ],
    [
      'CHECK_OF_OTHER_DATASET',
      'defineCheck',
      { check: 'id-even', dataset: 'sales', rule: 'not-null', column: 'region' },
    ],
    [
      'CORE_INPUT_INVALID',
      'appendRows',
      { dataset: 'orders', batch: 'x', rows: [[1]], sql: 'drop' },
    ],
  ]
  for (const [code, operation, input] of refused)
    await t.rejects(call(operation, input), { code }, `${operation} ${code}`)
  const odd = `"; drop table data_rows; --`
  await call('defineDataset', { dataset: 'odd', columns: [{ name: odd, type: 'text' }] })
  await call('defineCheck', {
    check: 'odd',
    dataset: 'odd',
    rule: 'one-of',
    column: odd,
    values: [`' or true --`],
  })
  await call('appendRows', { dataset: 'odd', batch: 'b', rows: [['x'], [`' or true --`]] })
  await call('run', { dataset: 'odd' })
  t.match(await call('explain', { check: 'odd' }), { assessed: 2, unexpected: 1 })
  const texts = host.statements.map(({ sql }) => sql).join()
  t.notOk(
    texts.includes('drop') || texts.includes('or true'),
    'no word of a user is in a statement',
  )
})

t.test('the examples of the contract are a story that can be told again', async (t) => {
  const file = new URL('../../contracts/quality.data.json', import.meta.url)
  const { operations } = JSON.parse(await readFile(file, 'utf8'))
  const story = await openHost('dongchen', Date.UTC(2026, 10, 27, 4))
  const order = ['defineDataset', 'datasets', 'defineCheck', 'checks', 'appendRows', 'run', 'runs']
  const told = [...order, 'results', 'badRows', 'explain', 'score', 'scores']
  t.strictSame([...told].sort(), Object.keys(operations).sort(), 'each operation has its part')
  for (const operation of told) {
    const [{ input, output }] = operations[operation].examples
    t.strictSame(await story.call('quality.data', operation, input), output, operation)
  }
})
