import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { cellsOf } from '../../src/data-checks/cells.ts'
import type { CheckDefinition, DatasetDefinition, Value } from '../../src/data-checks/data-check-types.ts'
import { evaluateRows } from '../../src/data-checks/evaluate-rows.ts'
import { wayOf } from '../../src/data-checks/rule-fields.ts'
import { badRowsSql, scanGroups, scanSql, type SqlText } from '../../src/data-checks/scan-sql.ts'
import { agreementSql, duplicatesSql, orphansSql, referenceSql, uniqueSql } from '../../src/data-checks/set-sql.ts'
import type { CellRows } from '../../src/data-checks/set-rules.ts'
import { slotRow, slotsOf } from '../../src/data-checks/slots.ts'
import { validateCheck } from '../../src/data-checks/validate-check.ts'
import { insertRowsSql } from '../../src/data-checks/rows-sql.ts'
import { openTestDatabase } from './test-database.ts'

const database = await openTestDatabase(['0006-data-checks'])
t.teardown(() => database.close())

const tenant = 'acme'
const left: DatasetDefinition = {
  dataset: 'left',
  columns: [
    { name: 'k', type: 'integer' },
    { name: 'n', type: 'number' },
    { name: 's', type: 'text' },
    { name: 's2', type: 'text' },
    { name: 'd', type: 'date' },
    { name: 'b', type: 'boolean' },
    { name: 'n2', type: 'number' },
  ],
}
const right: DatasetDefinition = { dataset: 'right', columns: [{ name: 's', type: 'text' }, { name: 'k', type: 'number' }, { name: 'n', type: 'integer' }] }

const texts = fc.constantFrom('', ' ', 'a', 'A', 'ab', 'abc', '12', '-5', '北京', '𠮷野', 'é', 'a\nb', 'x@y.cn', '2024-02-29', '2023-02-29', '\ud800', 'nul\0', '%_', "o'k", '\\d', '\u3000')
const numbers = fc.oneof(fc.integer({ min: -4, max: 9 }), fc.constantFrom(0.1, 0.2, 0.30000000000000004, 1e15, -0, 1e-200, 1e300, 2 ** 53, 9007199254740993))
const dates = fc.constantFrom('2024-01-01', '2024-02-30', '2024-12-31', '1969-07-20')
/** Any value in any column: nulls and misfits of each type among what belongs there. */
const anything = fc.oneof(fc.constant(null), texts, numbers, fc.boolean(), fc.constant([1, { a: null }]))
const mostly = (value: fc.Arbitrary<Value>) => fc.oneof({ weight: 8, arbitrary: value }, { weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anything as fc.Arbitrary<Value> })
const leftRow = fc.tuple(mostly(fc.integer({ min: 0, max: 6 })), mostly(numbers), mostly(texts), mostly(texts), mostly(dates), mostly(fc.boolean()), mostly(numbers))
const rightRow = fc.tuple(mostly(texts), mostly(fc.integer({ min: 0, max: 6 })), mostly(fc.integer({ min: 0, max: 3 })))

type Fields = Omit<CheckDefinition, 'check' | 'dataset'>
const names = fc.constantFrom('k', 'n', 's', 's2', 'd', 'b', 'n2')
const numeric = fc.constantFrom('k', 'n', 'n2')
const textual = fc.constantFrom('s', 's2')
const ignoreRowIf = fc.constantFrom('any-missing', 'all-missing', 'never', undefined)
const comparison = fc.constantFrom('=', '!=', '<', '<=', '>', '>=') as fc.Arbitrary<'=' | '<'>
const literal = fc.constantFrom('a', 'b', '1', '北', '𠮷', '.', '\\d', '\\W', '[^a]', '[a-c北]', '\\.', '[\\D]', '(?:a|b1)', '(ab)?', 'é{0,2}', '^', '$')
/** Anchors cannot be repeated, nor can what is repeated already. */
const pattern = fc.array(fc.tuple(literal, fc.constantFrom('', '', '*', '+?', '{1,2}', '|')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map(([text, times]) => (/[\^$?}]$/.test(text) && text !== '[^a]' && times !== '|' ? text : text + times)).join(''))

const fields: fc.Arbitrary<Fields> = fc.oneof(
  fc.record({ rule: fc.constant('not-null' as const), column: names }),
  fc.record({ rule: fc.constant('not-null' as const), column: textual, blankIsMissing: fc.constant(true) }),
  fc.record({ rule: fc.constantFrom('null' as const, 'type' as const), column: names }),
  fc.record({ rule: fc.constant('between' as const), column: numeric, min: fc.constantFrom(-2, 0.2, 3), excludeMin: fc.boolean() }),
  fc.record({ rule: fc.constant('between' as const), column: numeric, max: fc.constantFrom(-2, 0.3, 1e15), excludeMax: fc.boolean() }),
  fc.record({ rule: fc.constant('between' as const), column: textual, min: texts, excludeMin: fc.boolean() }),
  fc.record({ rule: fc.constant('between' as const), column: fc.constant('d'), min: fc.constant('2024-01-01'), excludeMin: fc.boolean() }),
  fc.record({ rule: fc.constant('one-of' as const), column: textual, values: fc.array(texts, { minLength: 1, maxLength: 4 }), not: fc.boolean() }),
  fc.record({ rule: fc.constant('one-of' as const), column: numeric, values: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }), not: fc.boolean() }),
  fc.record({ rule: fc.constant('one-of' as const), column: fc.constant('b'), values: fc.constant([true]) }),
  fc.record({ rule: fc.constant('length' as const), column: textual, min: fc.integer({ min: 0, max: 2 }), max: fc.integer({ min: 2, max: 4 }) }),
  fc.record({ rule: fc.constant('pattern' as const), column: textual, pattern, not: fc.boolean() }),
  fc.record({ rule: fc.constant('format' as const), column: textual, format: fc.constantFrom('email' as const, 'date' as const, 'ipv4' as const) }),
  fc.record({ rule: fc.constant('compare' as const), column: numeric, other: numeric, comparison, ignoreRowIf }),
  fc.record({ rule: fc.constant('compare' as const), column: numeric, other: numeric, comparison: fc.constantFrom('=' as const, '!=' as const), tolerance: fc.constantFrom(0.1, 1), relativeTolerance: fc.constantFrom(0.25, undefined), ignoreRowIf }),
  fc.record({ rule: fc.constant('compare' as const), column: textual, other: textual, comparison, ignoreRowIf }),
  fc.record({ rule: fc.constant('sum' as const), column: numeric, columns: fc.array(numeric, { minLength: 1, maxLength: 3 }), tolerance: fc.constantFrom(1e-9, 1, undefined) }),
  fc.record({ rule: fc.constant('unique' as const), columns: fc.uniqueArray(names, { minLength: 1, maxLength: 3 }), ignoreRowIf }),
  fc.record({ rule: fc.constant('reference' as const), columns: fc.constantFrom(['s'], ['k'], ['s', 'k']), otherDataset: fc.constant('right') }).map((made) => ({ ...made, otherColumns: made.columns })),
  fc.record({ rule: fc.constant('agree' as const), columns: fc.constantFrom(['s'], ['k']), column: fc.constant('k'), otherDataset: fc.constant('right'), otherColumn: fc.constant('n'), aggregate: fc.constantFrom('mean' as const, 'sum' as const, 'min' as const, 'max' as const, undefined), ignoreUnmatched: fc.constantFrom(true, undefined), tolerance: fc.constantFrom(0, 1.5, undefined) }).map((made) => ({ ...made, otherColumns: made.columns })),
)

async function load(definition: DatasetDefinition, rows: readonly (readonly Value[])[]): Promise<CellRows> {
  await database.query('delete from data_rows where dataset = $1', [definition.dataset])
  const cells = rows.map((row) => cellsOf(row, definition.columns))
  const slots = slotsOf(definition.columns)
  const { sql, parameters } = insertRowsSql(tenant, definition.dataset, 0, cells.map((row) => slotRow(row, slots)))
  await database.query(sql, parameters)
  return { definition, rows: cells }
}

const ask = async ({ sql, parameters }: SqlText) => (await database.query(sql, parameters)).rows

async function bySql(check: CheckDefinition, rows: number, others: number) {
  const span = { tenant, dataset: 'left', from: 0, to: rows }
  const other = { definition: right, span: { tenant, dataset: 'right', from: 0, to: others } }
  const only = { part: 0, parts: 1 }
  if (check.rule === 'agree') {
    const [found] = await ask(agreementSql(check, { definition: left, span }, other))
    return { ...found, first: [] }
  }
  if (check.rule === 'reference') {
    const [found] = await ask(referenceSql(check, left, span, other))
    const first = await ask(orphansSql(check, left, span, other, 20))
    return { ...found, first: first.map((row) => row.first) }
  }
  if (check.rule === 'unique') {
    const parts: Record<'assessed' | 'unexpected', number>[] = []
    for (const part of [0, 1, 2]) parts.push((await ask(uniqueSql(check, left, span, { part, parts: 3 })))[0])
    const groups = await ask(duplicatesSql(check, left, span, only, 10))
    const sum = (name: 'assessed' | 'unexpected') => parts.reduce((total, part) => total + part[name], 0)
    return { assessed: sum('assessed'), unexpected: sum('unexpected'), first: groups.map((row) => row.first) }
  }
  const [{ counts: [assessed, unexpected] }] = await ask(scanSql([check], left, span)) as [{ counts: number[] }]
  const first = await ask(badRowsSql(check, left, span, 20))
  return { assessed, unexpected, first: first.map((row) => row.seq) }
}

t.test('PostgreSQL answers what the engine in memory does, over whatever rows come', async (t) => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(leftRow, { maxLength: 25 }), fc.array(rightRow, { maxLength: 12 }), fc.array(fields, { minLength: 6, maxLength: 12 }), async (rows, others, made) => {
      const own = await load(left, rows)
      const other = await load(right, others)
      for (const one of made) {
        const check: CheckDefinition = { ...JSON.parse(JSON.stringify(one)), check: 'c', dataset: 'left' }
        validateCheck(check, left, right)
        seen.add(check.rule)
        const { assessed, unexpected, unexpectedRows } = evaluateRows(check, own, other)
        const answer = await bySql(check, rows.length, others.length)
        const where = JSON.stringify({ check, rows, others })
        if (answer.assessed !== assessed || answer.unexpected !== unexpected)
          throw new Error(`memory ${assessed}/${unexpected}, SQL ${answer.assessed}/${answer.unexpected}: ${where}`)
        const expected = check.rule === 'unique' ? answer.first.filter((seq: number) => !unexpectedRows.includes(seq)) : []
        if (check.rule !== 'unique' && JSON.stringify(answer.first) !== JSON.stringify(unexpectedRows.slice(0, 20))) throw new Error(`rows ${answer.first} instead of ${unexpectedRows}: ${where}`)
        if (expected.length > 0) throw new Error(`no duplicates: ${expected} ${where}`)
      }
    }),
    { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 60) },
  )
  t.equal(seen.size, 13, 'each rule of rows and of sets was asked')
})

t.test('fifty checks are one scan, and answer what each of them alone does', async (t) => {
  const rows = fc.sample(leftRow, { numRuns: 300, seed: 7 })
  const own = await load(left, rows)
  const checks = fc.sample(fields, { numRuns: 200, seed: 11 })
    .map((one, at): CheckDefinition => ({ ...JSON.parse(JSON.stringify(one)), check: `c${at}`, dataset: 'left' }))
    .filter((check) => wayOf(check) === 'rows')
    .slice(0, 50)
  const groups = scanGroups(checks, left)
  t.equal(checks.length, 50)
  t.equal(groups.length, 1)
  const text = scanSql(checks, left, { tenant, dataset: 'left', from: 0, to: 300 })
  t.ok(text.sql.length < 32 * 1024, `${text.sql.length} characters of SQL`)
  const [{ counts }] = (await ask(text)) as [{ counts: number[] }]
  t.strictSame(counts, checks.flatMap((check) => {
    const { assessed, unexpected } = evaluateRows(check, own)
    return [assessed, unexpected]
  }))
})
