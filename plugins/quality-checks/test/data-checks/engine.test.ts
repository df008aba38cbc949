import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { cellOf, instantOf } from '../../src/data-checks/cells.ts'
import type { CheckDefinition, ColumnType, Value } from '../../src/data-checks/data-check-types.ts'
import { dataCheckUdfs } from '../../src/data-checks/data-check-udfs.ts'
import { dataChecksSelfTest } from '../../src/data-checks/data-checks-self-test.ts'
import { kolmogorovSmirnov, meanShift, populationStability } from '../../src/data-checks/drift.ts'
import { evaluateRows } from '../../src/data-checks/evaluate-rows.ts'
import { formatPatterns } from '../../src/data-checks/formats.ts'
import { isCnId, isUscc } from '../../src/data-checks/identity-codes.ts'
import { schemaValidator } from '../../src/data-checks/json-schema.ts'
import { judgeFinding, transitionOf } from '../../src/data-checks/judge-finding.ts'
import { patternMatcher } from '../../src/data-checks/pattern/match-pattern.ts'
import { watchedSeries } from '../../src/data-checks/result-series.ts'
import type { CheckResult } from '../../src/data-checks/results-store.ts'
import { robustZ } from '../../src/data-checks/robust.ts'
import { scoreOf } from '../../src/data-checks/score.ts'
import { jaroWinkler } from '../../src/data-checks/similarity.ts'
import { validateCheck } from '../../src/data-checks/validate-check.ts'
import { freshness, volume } from '../../src/data-checks/whole-rules.ts'
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

t.test('patterns match as JavaScript does, in linear time', async (t) => {
  const piece = fc.constantFrom(
    'a',
    'b',
    'é',
    '\\d',
    '\\W',
    '[^a]',
    '[a-cé\\d]',
    '(?:ab|)',
    '.',
    '(a|b)',
  )
  const pattern = fc
    .array(fc.tuple(piece, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '|')), {
      maxLength: 7,
    })
    .map((parts) => parts.flat().join(''))
  fc.assert(
    fc.property(
      pattern,
      fc.boolean(),
      fc.array(fc.constantFrom('a', 'b', 'é', '1', ' ', '𠮷'), { maxLength: 10 }),
      (body, isWhole, text) => {
        const whole = isWhole ? `^(?:${body})$` : body
        return patternMatcher(whole)(text.join('')) === new RegExp(whole, 'u').test(text.join(''))
      },
    ),
    { numRuns: 500 },
  )
  const began = performance.now()
  t.notOk(
    patternMatcher('^(a+)+$')(`${'a'.repeat(8000)}!`),
    'what takes a backtracking matcher longer than the universe has',
  )
  t.notOk(patternMatcher('^(a|aa|a*)*b$')('a'.repeat(8000)))
  t.ok(performance.now() - began < 2000)
  for (const bad of [
    '(?=a)',
    '(a)\\1',
    '\\bword',
    '\\p{L}',
    '[[:alpha:]]',
    'a{2',
    '*a',
    '(a',
    'a)',
    '[]',
    'a**',
    '^*',
    '\\x0',
    '(?<n>a)',
    '\0',
  ])
    t.throws(() => patternMatcher(bad), { code: 'PATTERN_UNSUPPORTED' }, bad)
  for (const costly of [
    'a{256}',
    '(a{200}){200}',
    '('.repeat(30) + ')'.repeat(30),
    'a'.repeat(501),
  ])
    t.throws(() => patternMatcher(costly), { code: 'PATTERN_TOO_COSTLY' }, costly.slice(0, 20))
})

t.test('formats know the calendar and the codes', async (t) => {
  const is = (format: keyof typeof formatPatterns, text: string) =>
    patternMatcher(formatPatterns[format])(text)
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9999 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
      (...parts) => {
        const text = parts.map((part, at) => String(part).padStart(at === 0 ? 4 : 2, '0')).join('-')
        return is('date', text) === (instantOf(text, 'date') !== undefined)
      },
    ),
    { numRuns: 500 },
  )
  t.ok(is('date', '2000-02-29') && !is('date', '1900-02-29') && !is('date', '2023-04-31'))
  t.ok(is('date-time', '2024-01-01T00:00:00.5+08:00') && !is('date-time', '2024-01-01T24:00:00Z'))
  t.ok(
    is('email', 'a.b@qq.com') &&
      !is('email', 'a@b') &&
      !is('email', 'a@@b.cn') &&
      !is('email', 'a@-b.cn'),
  )
  t.ok(is('ipv4', '255.0.10.1') && !is('ipv4', '256.0.0.1') && !is('ipv4', '1.2.3'))
  t.ok(is('cn-mobile', '13800138000') && !is('cn-mobile', '12800138000'))
  t.ok(is('uuid', '123e4567-e89b-12d3-a456-426614174000') && !is('uuid', '123e4567'))
  t.ok(isUscc('91350100M000100Y43') && isUscc('91110000600037341L'), 'GB 32100')
  t.notOk(
    isUscc('91350100M000100Y44') ||
      isUscc('91350100M000100I43') ||
      isUscc('91350100m000100y43') ||
      isUscc(''),
  )
  t.ok(isCnId('11010519491231002X') && isCnId('440524188001010014'), 'the examples of GB 11643')
  t.notOk(
    isCnId('110105194912310021') ||
      isCnId('11010519490231002X') ||
      isCnId('99010519491231002X') ||
      isCnId('1101051949123100'),
  )
  // Any one digit changed is noticed: both check digits are made for that.
  for (const [code, isValid] of [
    ['91350100M000100Y43', isUscc],
    ['11010519491231002X', isCnId],
  ] as const)
    for (let at = 8; at < 17; at++) {
      const digit = code[at] as string
      if (/\d/.test(digit))
        t.notOk(
          isValid(`${code.slice(0, at)}${(Number(digit) + 1) % 10}${code.slice(at + 1)}`),
          `place ${at}`,
        )
    }
})

t.test('similarity is that of Jaro and Winkler, of characters', async (t) => {
  near(t, jaroWinkler('MARTHA', 'MARHTA'), 0.961111111111111)
  near(t, jaroWinkler('DIXON', 'DICKSONX'), 0.813333333333333)
  near(t, jaroWinkler('DWAYNE', 'DUANE'), 0.84)
  t.equal(jaroWinkler('', ''), 1)
  t.equal(jaroWinkler('a', ''), 0)
  t.equal(jaroWinkler('𠮷', '𠮶'), 0, 'half a surrogate pair is nothing in common')
  const text = fc.string({ unit: 'grapheme', maxLength: 12 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      const found = jaroWinkler(a, b)
      return found >= 0 && found <= 1 && jaroWinkler(a, a) === 1
    }),
  )
  t.ok(dataCheckUdfs.valid_uscc('91350100M000100Y43'))
  const column = (values: (string | null)[]) => ({ get: (row: number) => values[row] ?? null })
  const out = new Float64Array(3)
  const columns = [
    column(['MARTHA', null, 'MARTHA']),
    column(['MARHTA', 'x', 'MARHTA']),
  ] as unknown as Parameters<typeof dataCheckUdfs.dq_similarity>[0]
  t.equal(dataCheckUdfs.dq_similarity(columns, 3, out), out)
  near(t, out[2] as number, 0.961111111111111)
})

t.test('figures of a dataset are judged by robust statistics with known values', async (t) => {
  const [a, b] = [
    Array.from({ length: 60 }, (_, i) => ((i * 37) % 101) / 10),
    Array.from({ length: 45 }, (_, i) => ((i * 53) % 97) / 8 + 1),
  ]
  const { d, p } = kolmogorovSmirnov(a, b)
  near(t, d, 0.25)
  near(t, p, 0.06698319849064734, 1e-9) // scipy.special.kolmogorov of the corrected distance; the exact p is 0.0691
  near(t, meanShift(a, b), 2.5703120466215545, 1e-9) // scipy.stats.ttest_ind(equal_var=False)
  near(t, populationStability(a, b), 0.46708961140168087, 1e-9) // numpy, by the definition
  t.equal(populationStability(a, a), 0)
  near(t, robustZ(20, [10, 11, 9, 10, 12]), 6.745)
  t.equal(robustZ(10, [10, 10, 10]), 0)
  t.equal(robustZ(11, [10, 10, 10]), Number.POSITIVE_INFINITY)
  t.match(volume(10, [1, 2, 3], { rule: 'volume', maxRobustZ: 3.5 }), {
    assessed: 0,
    reason: 'HISTORY_TOO_SHORT',
    value: 10,
  })
  t.match(volume(1000, [100, 103, 98, 101, 99], { rule: 'volume', maxRobustZ: 3.5 }), {
    assessed: 1,
    unexpected: 1,
    value: 1000,
  })
  t.match(volume(0, [], { rule: 'volume', min: 1 }), { assessed: 1, unexpected: 1 })
  t.match(freshness(null, 0, 5), { assessed: 0, reason: 'NO_ROWS' })
  t.match(freshness(0, 6 * 60_000, 5), { unexpected: 1, value: 6 })
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
    const first = Array.from({ length: 20 }, (_, at) => result(at, 100 + (at % 2)))
    t.equal(watchedSeries(first.slice(1), first), undefined, 'too few')
    t.equal(
      watchedSeries(
        first.map((one) => ({ ...one, value: 1 })),
        first,
      ),
      undefined,
      'no spread',
    )
    const found = watchedSeries(first, [...first, result(20, 100), result(21, 130)])
    near(t, found?.centre ?? 0, 100.5)
    near(t, found?.sigma ?? 0, 1 / 1.128379167095513)
    t.strictSame([...(found?.flags.keys() ?? [])], ['r21'])
  },
)
