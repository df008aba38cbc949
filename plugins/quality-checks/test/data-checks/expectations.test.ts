import t from 'tap'
import type { CheckDefinition, IgnoreRowIf, Value } from '../../src/data-checks/data-check-types.ts'
import { evaluateRows } from '../../src/data-checks/evaluate-rows.ts'
import { judgeFinding } from '../../src/data-checks/judge-finding.ts'
import { validateCheck } from '../../src/data-checks/validate-check.ts'
import {
  casesMissing,
  type ExpectationCase,
  expectationCases,
  type FileCase,
  fileCases,
  filesMissing,
  readRows,
} from './cases.ts'
import { definitionOf, rowsOf, typedBy } from './rows-of.ts'

type Args = Readonly<Record<string, Value>>
type Fields = Omit<CheckDefinition, 'check' | 'dataset'>

const ignore: Readonly<Record<string, IgnoreRowIf>> = {
  either_value_is_missing: 'any-missing',
  any_value_is_missing: 'any-missing',
  both_values_are_missing: 'all-missing',
  all_values_are_missing: 'all-missing',
  neither: 'never',
  never: 'never',
}

const bounds = ({ column, min_value, max_value, strict_min, strict_max }: Args) => ({
  column: column as string,
  ...(min_value == null ? {} : { min: min_value as number | string }),
  ...(max_value == null ? {} : { max: max_value as number | string }),
  ...(strict_min ? { excludeMin: true } : {}),
  ...(strict_max ? { excludeMax: true } : {}),
})

const ignored = ({ ignore_row_if }: Args) =>
  ignore_row_if === undefined ? {} : { ignoreRowIf: ignore[ignore_row_if as string] }

/** Great Expectations' names in the words of this plugin. */
const rules: Readonly<Record<string, (args: Args) => Fields>> = {
  expect_column_values_to_be_unique: ({ column }) => ({
    rule: 'unique',
    columns: [column as string],
  }),
  expect_compound_columns_to_be_unique: (args) => ({
    rule: 'unique',
    columns: args['column_list'] as string[],
    ...ignored(args),
  }),
  expect_column_values_to_be_null: ({ column }) => ({ rule: 'null', column: column as string }),
  expect_column_values_to_not_be_null: ({ column }) => ({
    rule: 'not-null',
    column: column as string,
  }),
  expect_column_values_to_be_between: (args) => ({ rule: 'between', ...bounds(args) }),
  expect_column_value_lengths_to_be_between: ({ column, min_value, max_value }) => ({
    rule: 'length',
    column: column as string,
    ...(min_value == null ? {} : { min: min_value as number }),
    ...(max_value == null ? {} : { max: max_value as number }),
  }),
  expect_column_value_lengths_to_equal: ({ column, value }) => ({
    rule: 'length',
    column: column as string,
    min: value as number,
    max: value as number,
  }),
  expect_column_values_to_be_in_set: ({ column, value_set }) => ({
    rule: 'one-of',
    column: column as string,
    values: value_set as string[],
  }),
  expect_column_values_to_not_be_in_set: ({ column, value_set }) => ({
    rule: 'one-of',
    column: column as string,
    values: value_set as string[],
    not: true,
  }),
  expect_column_values_to_match_regex: ({ column, regex }) => ({
    rule: 'pattern',
    column: column as string,
    pattern: regex as string,
  }),
  expect_column_values_to_not_match_regex: ({ column, regex }) => ({
    rule: 'pattern',
    column: column as string,
    pattern: regex as string,
    not: true,
  }),
  expect_column_pair_values_to_be_equal: (args) => ({
    rule: 'compare',
    column: args['column_A'] as string,
    other: args['column_B'] as string,
    comparison: '=',
    ...ignored(args),
  }),
  expect_column_pair_values_a_to_be_greater_than_b: (args) => ({
    rule: 'compare',
    column: args['column_A'] as string,
    other: args['column_B'] as string,
    comparison: args['or_equal'] ? '>=' : '>',
    ...ignored(args),
  }),
}

function outcomeOf({ rule, args, data }: ExpectationCase) {
  const fields = rules[rule]?.(args)
  if (!fields) throw new Error(`no rule for ${rule}`)
  const check: CheckDefinition = {
    ...fields,
    check: 'c',
    dataset: 'a',
    ...(args['mostly'] === undefined ? {} : { redLine: args['mostly'] as number }),
  }
  const definition = typedBy(data)
  validateCheck(check, definition, undefined)
  const count = Math.max(...Object.values(data).map(({ length }) => length))
  const records = Array.from({ length: count }, (_, at) =>
    Object.fromEntries(Object.entries(data).map(([name, values]) => [name, values[at] ?? null])),
  )
  const { assessed, unexpected, unexpectedRows } = evaluateRows(check, rowsOf(definition, records))
  const shown =
    check.other === undefined ? (check.columns ?? [check.column]) : [check.column, check.other]
  const values = unexpectedRows.map((at) => {
    const row = shown.map((name) => records[at]?.[name as string] ?? null)
    return row.length === 1 ? row[0] : row
  })
  // Great Expectations calls a column without values a success; here it is told as not assessed.
  const success = judgeFinding(check, { assessed, unexpected }).state !== 'fail'
  return {
    success,
    unexpected_count: unexpected,
    unexpected_list: values,
    row_count: records.length,
  }
}

t.test(
  'rules mean what the expectations of Great Expectations mean',
  { skip: casesMissing },
  async (t) => {
    for (const one of expectationCases()) t.strictSame(outcomeOf(one), one.expected, one.id)
  },
)

const FILE = 'files of vega-datasets'

t.test(`known faults of ${FILE} are found`, { skip: casesMissing || filesMissing }, async (t) => {
  for (const one of fileCases())
    t.match(countsOf(one), one.expected, `${one.file} ${one.rule} ${JSON.stringify(one.args)}`)
})

/** The counts that the cases of files are about, by rules of this plugin. */
function countsOf({ file, rule, args, expected }: FileCase): Args {
  const records = readRows(file)
  const column = args['column'] ?? ''
  if (rule === 'completeness') {
    const { unexpected, assessed } = run(
      records,
      { [column]: 'text' },
      { rule: 'not-null', column },
    )
    return {
      rows: assessed,
      missing: unexpected,
      rate: Math.round((1 - unexpected / assessed) * 1e6) / 1e6,
    }
  }
  if (rule === 'uniqueness') {
    const { assessed, unexpectedRows } = run(
      records,
      { [column]: 'text' },
      { rule: 'unique', columns: [column] },
    )
    const groups = new Set(unexpectedRows.map((at) => String(records[at]?.[column]))).size
    return {
      nonNull: assessed,
      distinct: assessed - unexpectedRows.length + groups,
      excessDuplicates: unexpectedRows.length - groups,
      rowsInDuplicateGroups: unexpectedRows.length,
      duplicateGroups: groups,
    }
  }
  if (rule === 'type')
    return { wrongType: run(records, { [column]: 'text' }, { rule: 'type', column }).unexpected }
  if (rule === 'validity')
    return {
      invalid: run(
        records,
        { [column]: 'text' },
        { rule: 'one-of', column, values: ['NA'], not: true },
      ).unexpected,
    }
  if (rule === 'accuracy/plausibility') {
    const years = records.map((record) => ({ year: Number(String(record[column]).slice(-4)) }))
    const { unexpected, unexpectedRows } = run(
      years,
      { year: 'integer' },
      { rule: 'between', column: 'year', max: 2011 },
    )
    const found = new Set(
      unexpectedRows.map((at) => `${records[at]?.['Title']} ${records[at]?.[column]}`),
    )
    return {
      violations: unexpected,
      examples: (expected['examples'] as string[]).filter((example) => found.has(example)),
    }
  }
  if (rule === 'consistency') {
    const numbers = records.map((record) =>
      Object.fromEntries(
        Object.entries(record).map(([name, value]) => [
          name,
          value === null ? null : Number(value),
        ]),
      ),
    )
    const columns = {
      'Cost Total $': 'number',
      'Cost Other': 'number',
      'Cost Repair': 'number',
    } as const
    return {
      violations: run(numbers, columns, {
        rule: 'sum',
        column: 'Cost Total $',
        columns: ['Cost Other', 'Cost Repair'],
      }).unexpected,
    }
  }
  const airports = rowsOf(definitionOf({ iata: 'text' }, 'airports'), readRows('airports.csv'))
  const flights = rowsOf(definitionOf({ origin: 'text', destination: 'text' }), records)
  const orphans = ['origin', 'destination'].map(
    (name) =>
      evaluateRows(
        {
          check: 'c',
          dataset: 'a',
          rule: 'reference',
          columns: [name],
          otherDataset: 'airports',
          otherColumns: ['iata'],
        },
        flights,
        airports,
      ).unexpected,
  )
  return { rows: records.length, orphans: orphans.reduce((sum, count) => sum + count, 0) }
}

function run(
  records: readonly Args[],
  columns: Parameters<typeof definitionOf>[0],
  fields: Fields,
) {
  const definition = definitionOf(columns)
  return evaluateRows({ ...fields, check: 'c', dataset: 'a' }, rowsOf(definition, records))
}
