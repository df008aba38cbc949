import t from 'tap'
import { cellOf, instantOf } from '../../src/data-checks/cells.ts'
import type { CheckDefinition, ColumnType, Value } from '../../src/data-checks/data-check-types.ts'
import { dataChecksSelfTest } from '../../src/data-checks/data-checks-self-test.ts'
import { evaluateRows } from '../../src/data-checks/evaluate-rows.ts'
import { schemaValidator } from '../../src/data-checks/json-schema.ts'
import { judgeFinding, transitionOf } from '../../src/data-checks/judge-finding.ts'
import { watchedSeries } from '../../src/data-checks/result-series.ts'
import type { CheckResult } from '../../src/data-checks/results-store.ts'
import { scoreOf } from '../../src/data-checks/score.ts'
import { validateCheck } from '../../src/data-checks/validate-check.ts'
import { definitionOf, rowsOf } from './rows-of.ts'

type Fields = Omit<CheckDefinition, 'check' | 'dataset'>

const definition = definitionOf({ n: 'number', t: 'text', d: 'date', j: 'json', b: 'boolean' })
const check = (fields: Fields): CheckDefinition => ({ ...fields, check: 'c', dataset: 'a' })
const near = (
  t: { ok(is: boolean, name: string): unknown },
  found: number,
  expected: number,
  within = 1e-12,
) => t.ok(Math.abs(found - expected) <= within, `${found} is ${expected}`)

t.test('the engine gives its known answers', async (t) => {
  t.doesNotThrow(dataChecksSelfTest)
})

t.test(
  'a value is what its column says, or a misfit that every rule of values fails',
  async (t) => {
    const cells: [Value, ColumnType, string][] = [
      [1e15, 'integer', 'number'],
      [2 ** 53 + 2, 'integer', 'misfit'],
      ['12', 'number', 'misfit'],
      ['NaN', 'number', 'misfit'],
      ['Infinity', 'number', 'misfit'],
      [1e300, 'number', 'misfit'],
      [1.5, 'integer', 'misfit'],
      [21, 'text', 'misfit'],
      ['2023-02-29', 'date', 'misfit'],
      ['2024-02-29', 'date', 'number'],
      ['2024-02-29T08:00:00+08:00', 'timestamp', 'number'],
      ['2024-02-29T08:00:00', 'timestamp', 'misfit'],
      ['{"a":1}', 'json', 'text'],
      ['{', 'json', 'misfit'],
      ['['.repeat(40) + ']'.repeat(40), 'json', 'misfit'],
      [null, 'text', 'null'],
    ]
    for (const [value, type, expected] of cells)
      t.equal(cellOf(value, type).is, expected, `${JSON.stringify(value)} as ${type}`)
    t.equal(
      instantOf('2024-02-29T08:00:00.25+08:00', 'timestamp'),
      Date.UTC(2024, 1, 29, 0, 0, 0, 250),
    )
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)
    t.strictSame(cellOf(deep, 'json'), { is: 'misfit', text: '(nested too deeply)' })
    const data = rowsOf(definition, [{ n: '12' }, { n: 12 }, { n: null }])
    for (const rule of [
      { rule: 'between', min: 0 },
      { rule: 'one-of', values: [12] },
      { rule: 'one-of', values: [13], not: true },
      { rule: 'type' },
    ] as const)
      t.match(
        evaluateRows(check({ ...rule, column: 'n' } as Fields), data),
        { assessed: 2, unexpectedRows: [0] },
        rule.rule,
      )
  },
)

t.test('nothing that was not assessed passes', async (t) => {
  const empty = evaluateRows(check({ rule: 'not-null', column: 'n' }), rowsOf(definition, []))
  t.match(empty, { assessed: 0, reason: 'NO_ROWS' })
  t.strictSame(judgeFinding({}, empty), { state: 'not-assessed', passRate: null })
  const nulls = evaluateRows(
    check({ rule: 'between', column: 'n', min: 0 }),
    rowsOf(definition, [{ n: null }]),
  )
  t.match(nulls, { assessed: 0, reason: 'ALL_NULL' })
  const scored = (name: string, passRate: number | null, weight = 1) => ({
    check: name,
    dimension: 'validity' as const,
    weight,
    passRate,
    state: judgeFinding(
      {},
      passRate === null
        ? { assessed: 0, unexpected: 0 }
        : { assessed: 100, unexpected: Math.round(100 - passRate * 100) },
    ).state,
  })
  t.match(scoreOf([]), { score: null, failing: [], notAssessed: [] })
  t.match(scoreOf([scored('a', null)]), {
    score: null,
    byDimension: [{ score: null, assessed: 0, notAssessed: 1 }],
    notAssessed: [{ check: 'a', reason: 'NEVER_RUN' }],
  })
  const mixed = scoreOf([
    scored('a', 1, 3),
    scored('b', 0.6, 1),
    { ...scored('c', null), dimension: 'volume' },
  ])
  t.match(mixed, {
    score: 90,
    failing: [{ check: 'b', state: 'fail' }],
    byDimension: [
      { dimension: 'validity', score: 90 },
      { dimension: 'volume', score: null },
    ],
    notAssessed: [{ check: 'c' }],
  })
})

t.test('only the change of a state is told, and what was not assessed changes none', async (t) => {
  t.equal(transitionOf(undefined, 'fail'), 'failed')
  t.equal(transitionOf('fail', 'fail'), undefined)
  t.equal(transitionOf('warn', 'fail'), 'failed')
  t.equal(transitionOf('fail', 'warn'), 'failed')
  t.equal(transitionOf('fail', 'not-assessed'), undefined)
  t.equal(transitionOf('fail', 'pass'), 'recovered')
  t.equal(transitionOf(undefined, 'pass'), undefined)
  t.equal(
    judgeFinding({ redLine: 0.9, warn: 0.95 }, { assessed: 100, unexpected: 5 }).state,
    'pass',
  )
  t.equal(
    judgeFinding({ redLine: 0.9, warn: 0.95 }, { assessed: 100, unexpected: 6 }).state,
    'warn',
  )
  t.equal(
    judgeFinding({ redLine: 0.9, warn: 0.95 }, { assessed: 100, unexpected: 11 }).state,
    'fail',
  )
})

t.test(
  'JSON is held to the part of its schema language that is known, and no more is passed over',
  async (t) => {
    const isValid = schemaValidator({
      type: 'object',
      required: ['id'],
      additionalProperties: false,
      properties: {
        id: { type: 'integer', minimum: 1 },
        tags: { type: 'array', maxItems: 2, items: { type: 'string', pattern: '^[a-z]+$' } },
        kind: { enum: ['a', { x: 1, y: 2 }] },
      },
    })
    t.ok(isValid({ id: 1, tags: ['a'], kind: { y: 2, x: 1 } }))
    for (const bad of [
      {},
      { id: 0 },
      { id: 1.5 },
      { id: 1, more: 1 },
      { id: 1, tags: ['A'] },
      { id: 1, tags: ['a', 'b', 'c'] },
      { id: 1, kind: 'b' },
      [],
    ])
      t.notOk(isValid(bad), JSON.stringify(bad))
    for (const bad of [
      { $ref: '#' },
      { allOf: [] },
      { type: 'text' },
      { minimum: '1' },
      { items: { format: 'date' } },
    ])
      t.throws(() => schemaValidator(bad), { code: 'SCHEMA_UNSUPPORTED' }, JSON.stringify(bad))
    const data = rowsOf(definition, [{ j: { id: 1 } }, { j: '{"id":0}' }, { j: '{' }, { j: null }])
    t.match(
      evaluateRows(
        check({ rule: 'json-schema', column: 'j', schema: { properties: { id: { minimum: 1 } } } }),
        data,
      ),
      { assessed: 3, unexpectedRows: [1, 2] },
    )
  },
)

t.test('a check that could not be worked out is refused with what is wrong', async (t) => {
  const refusals: [string, Fields][] = [
    ['COLUMN_UNKNOWN', { rule: 'not-null', column: 'nope' }],
    ['CHECK_INCOMPLETE', { rule: 'not-null' }],
    ['CHECK_INCOMPLETE', { rule: 'between', column: 'n' }],
    ['CHECK_INCOMPLETE', { rule: 'fresh' }],
    ['CHECK_INCOMPLETE', { rule: 'volume' }],
    ['CHECK_INCOMPLETE', { rule: 'unique', columns: [] }],
    ['CHECK_FIELD_UNUSED', { rule: 'not-null', column: 'n', pattern: 'a' }],
    [
      'CHECK_FIELD_UNUSED',
      { rule: 'compare', column: 'n', other: 'n', comparison: '<', tolerance: 1 },
    ],
    ['COLUMN_TYPE_UNSUITED', { rule: 'pattern', column: 'n', pattern: 'a' }],
    ['COLUMN_TYPE_UNSUITED', { rule: 'one-of', column: 'n', values: ['1'] }],
    ['COLUMN_TYPE_UNSUITED', { rule: 'compare', column: 'n', other: 't', comparison: '=' }],
    ['COLUMN_TYPE_UNSUITED', { rule: 'drift', column: 't', method: 'psi' }],
    ['COLUMN_TYPE_UNSUITED', { rule: 'format', column: 'n', format: 'email' }],
    ['BOUNDS_INVALID', { rule: 'between', column: 'n', min: 2, max: 1 }],
    ['BOUNDS_INVALID', { rule: 'between', column: 'n', min: '2' }],
    ['BOUNDS_INVALID', { rule: 'between', column: 'd', min: 20240101 }],
    ['BOUNDS_INVALID', { rule: 'length', column: 't', min: -1 }],
    ['THRESHOLDS_INVALID', { rule: 'not-null', column: 'n', redLine: 0.9, warn: 0.8 }],
    ['THRESHOLDS_INVALID', { rule: 'volume', min: 1, redLine: 0.5 }],
    ['PATTERN_UNSUPPORTED', { rule: 'pattern', column: 't', pattern: '(?=a)' }],
    ['PATTERN_TOO_COSTLY', { rule: 'pattern', column: 't', pattern: '(a{99}){99}' }],
    [
      'COLUMN_UNKNOWN',
      { rule: 'not-null', column: 'n', where: [{ column: 'nope', values: ['a'] }] },
    ],
    ['CHECK_INCOMPLETE', { rule: 'not-null', column: 'n', where: [{ column: 't' }] }],
    [
      'CHECK_FIELD_UNUSED',
      { rule: 'not-null', column: 'n', where: [{ column: 't', values: ['a'], missing: true }] },
    ],
    [
      'CHECK_FIELD_UNUSED',
      { rule: 'not-null', column: 'n', where: [{ column: 't', missing: true, excludeMin: true }] },
    ],
    [
      'CHECK_FIELD_UNUSED',
      { rule: 'not-null', column: 'n', otherWhere: [{ column: 't', missing: true }] },
    ],
    [
      'COLUMN_TYPE_UNSUITED',
      { rule: 'not-null', column: 'n', where: [{ column: 'n', values: ['1'] }] },
    ],
    ['COLUMN_TYPE_UNSUITED', { rule: 'not-null', column: 'n', where: [{ column: 'b', min: 0 }] }],
    [
      'BOUNDS_INVALID',
      { rule: 'not-null', column: 'n', where: [{ column: 'd', min: '2024-02-30' }] },
    ],
    ['BOUNDS_INVALID', { rule: 'not-null', column: 'n', where: [{ column: 'n', min: 2, max: 1 }] }],
    ['SCHEMA_UNSUPPORTED', { rule: 'json-schema', column: 'j', schema: { $ref: '#' } }],
    [
      'DATASET_UNKNOWN',
      { rule: 'reference', columns: ['t'], otherDataset: 'x', otherColumns: ['t'] },
    ],
  ]
  for (const [code, fields] of refusals)
    t.throws(
      () => validateCheck(check(fields), definition, undefined),
      { code },
      `${code} ${JSON.stringify(fields)}`,
    )
})

t.test(
  'results are watched as a control chart whose limits later results do not move',
  async (t) => {
    const result = (at: number, value: number): CheckResult => ({
      check: 'c',
      run: `r${at}`,
      at: '',
      state: 'pass',
      assessed: 10,
      unexpected: 0,
      passRate: 1,
      value,
      reason: null,
    })
    const first = Array.from({ length: 20 }, (_, at) => result(at, 100 + ((at * 7) % 5)))
    t.equal(watchedSeries(first.slice(1), first), undefined, 'too few')
    t.equal(
      watchedSeries(
        first.map((one) => ({ ...one, value: 1 })),
        first,
      ),
      undefined,
      'no spread',
    )
    const found = watchedSeries(first, [...first, result(20, 102), result(21, 130)])
    near(t, found?.centre ?? 0, 102)
    t.ok((found?.sigma ?? 0) > 0)
    t.match(found?.flags.get('r21'), [/./], 'far beyond the limits')
    t.notOk([...(found?.flags.keys() ?? [])].some((run) => first.some((one) => one.run === run)))
  },
)
