import { fc } from '../../../../sdk/test/seeded-check.ts'
import type {
  CheckDefinition,
  Condition,
  DatasetDefinition,
  Value,
} from '../../src/data-checks/data-check-types.ts'

export const left: DatasetDefinition = {
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
export const right: DatasetDefinition = {
  dataset: 'right',
  columns: [
    { name: 's', type: 'text' },
    { name: 'k', type: 'number' },
    { name: 'n', type: 'integer' },
  ],
}

const texts = fc.constantFrom(
  '',
  ' ',
  'a',
  'A',
  'ab',
  'abc',
  '12',
  '-5',
  '北京',
  '𠮷野',
  'é',
  'a\nb',
  'x@y.cn',
  '2024-02-29',
  '2023-02-29',
  '\ud800',
  'nul\0',
  '%_',
  "o'k",
  '\\d',
  '\u3000',
)
const numbers = fc.oneof(
  fc.integer({ min: -4, max: 9 }),
  fc.constantFrom(0.1, 0.2, 0.30000000000000004, 1e15, -0, 1e-200, 1e300, 2 ** 53, 2 ** 53 + 2),
)
const dates = fc.constantFrom('2024-01-01', '2024-02-30', '2024-12-31', '1969-07-20')
/** Any value in any column: nulls and misfits of each type among what belongs there. */
const anything = fc.oneof(
  fc.constant(null),
  texts,
  numbers,
  fc.boolean(),
  fc.constant([1, { a: null }]),
)
const mostly = (value: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 8, arbitrary: value },
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: anything as fc.Arbitrary<Value> },
  )
export const leftRow = fc.tuple(
  mostly(fc.integer({ min: 0, max: 6 })),
  mostly(numbers),
  mostly(texts),
  mostly(texts),
  mostly(dates),
  mostly(fc.boolean()),
  mostly(numbers),
)
export const rightRow = fc.tuple(
  mostly(texts),
  mostly(fc.integer({ min: 0, max: 6 })),
  mostly(fc.integer({ min: 0, max: 3 })),
)

type Fields = Omit<CheckDefinition, 'check' | 'dataset'>
const names = fc.constantFrom('k', 'n', 's', 's2', 'd', 'b', 'n2')
const numeric = fc.constantFrom('k', 'n', 'n2')
const textual = fc.constantFrom('s', 's2')
const ignoreRowIf = fc.constantFrom('any-missing', 'all-missing', 'never', undefined)
const comparison = fc.constantFrom('=', '!=', '<', '<=', '>', '>=') as fc.Arbitrary<'=' | '<'>
const literal = fc.constantFrom(
  'a',
  'b',
  '1',
  '北',
  '𠮷',
  '.',
  '\\d',
  '\\W',
  '[^a]',
  '[a-c北]',
  '\\.',
  '[\\D]',
  '(?:a|b1)',
  '(ab)?',
  'é{0,2}',
  '^',
  '$',
)
/** Anchors cannot be repeated, nor can what is repeated already. */
const pattern = fc
  .array(fc.tuple(literal, fc.constantFrom('', '', '*', '+?', '{1,2}', '|')), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) =>
    parts
      .map(([text, times]) =>
        /[\^$?}]$/.test(text) && text !== '[^a]' && times !== '|' ? text : text + times,
      )
      .join(''),
  )

const turned = fc.constantFrom(true, undefined)
/** What chooses rows, of either dataset: they share the names of three columns, of which `n` and `k` hold numbers. */
const common = fc.oneof(
  fc.record({
    column: fc.constant('s'),
    values: fc.array(texts, { minLength: 1, maxLength: 5 }),
    not: turned,
  }),
  fc.record({ column: fc.constantFrom('k', 'n'), values: fc.constant([0, 1, 2]), not: turned }),
  fc.record({
    column: fc.constantFrom('k', 'n'),
    min: fc.constantFrom(0, 1),
    excludeMin: fc.boolean(),
    not: turned,
  }),
  fc.record({ column: fc.constantFrom('k', 'n'), min: fc.constant(0), max: fc.constantFrom(2, 5) }),
  fc.record({ column: fc.constantFrom('s', 'k', 'n'), missing: fc.boolean(), not: turned }),
  fc.record({ column: fc.constant('s'), max: texts, excludeMax: fc.boolean() }),
)
const own = fc.oneof(
  common,
  fc.record({
    column: fc.constant('d'),
    min: fc.constant('2024-01-01'),
    max: fc.constant('2024-06-30'),
  }),
  fc.record({ column: fc.constant('b'), values: fc.constantFrom([true], [false]), not: turned }),
)
const conditions = (of: fc.Arbitrary<Condition>) =>
  fc.option(fc.array(of, { minLength: 1, maxLength: 3 }), { nil: undefined })

/** A check of any rule of rows and of sets, about all rows or about those that conditions choose. */
export const fields: fc.Arbitrary<Fields> = fc
  .tuple(bareFields(), conditions(own), conditions(common))
  .map(([made, where, otherWhere]) => ({
    ...made,
    where,
    ...(made.otherDataset === undefined ? {} : { otherWhere }),
  }))

function bareFields(): fc.Arbitrary<Fields> {
  return fc.oneof(
    fc.record({ rule: fc.constant('not-null' as const), column: names }),
    fc.record({
      rule: fc.constant('not-null' as const),
      column: textual,
      blankIsMissing: fc.constant(true),
    }),
    fc.record({ rule: fc.constantFrom('null' as const, 'type' as const), column: names }),
    fc.record({
      rule: fc.constant('between' as const),
      column: numeric,
      min: fc.constantFrom(-2, 0.2, 3),
      excludeMin: fc.boolean(),
    }),
    fc.record({
      rule: fc.constant('between' as const),
      column: numeric,
      max: fc.constantFrom(-2, 0.3, 1e15),
      excludeMax: fc.boolean(),
    }),
    fc.record({
      rule: fc.constant('between' as const),
      column: textual,
      min: texts,
      excludeMin: fc.boolean(),
    }),
    fc.record({
      rule: fc.constant('between' as const),
      column: fc.constant('d'),
      min: fc.constant('2024-01-01'),
      excludeMin: fc.boolean(),
    }),
    fc.record({
      rule: fc.constant('one-of' as const),
      column: textual,
      values: fc.array(texts, { minLength: 1, maxLength: 4 }),
      not: fc.boolean(),
    }),
    fc.record({
      rule: fc.constant('one-of' as const),
      column: numeric,
      values: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
      not: fc.boolean(),
    }),
    fc.record({
      rule: fc.constant('one-of' as const),
      column: fc.constant('b'),
      values: fc.constant([true]),
    }),
    fc.record({
      rule: fc.constant('length' as const),
      column: textual,
      min: fc.integer({ min: 0, max: 2 }),
      max: fc.integer({ min: 2, max: 4 }),
    }),
    fc.record({
      rule: fc.constant('pattern' as const),
      column: textual,
      pattern,
      not: fc.boolean(),
    }),
    fc.record({
      rule: fc.constant('format' as const),
      column: textual,
      format: fc.constantFrom('email' as const, 'date' as const, 'ipv4' as const),
    }),
    fc.record({
      rule: fc.constant('compare' as const),
      column: numeric,
      other: numeric,
      comparison,
      ignoreRowIf,
    }),
    fc.record({
      rule: fc.constant('compare' as const),
      column: numeric,
      other: numeric,
      comparison: fc.constantFrom('=' as const, '!=' as const),
      tolerance: fc.constantFrom(0.1, 1),
      relativeTolerance: fc.constantFrom(0.25, undefined),
      ignoreRowIf,
    }),
    fc.record({
      rule: fc.constant('compare' as const),
      column: textual,
      other: textual,
      comparison,
      ignoreRowIf,
    }),
    fc.record({
      rule: fc.constant('sum' as const),
      column: numeric,
      columns: fc.array(numeric, { minLength: 1, maxLength: 3 }),
      tolerance: fc.constantFrom(1e-9, 1, undefined),
    }),
    fc.record({
      rule: fc.constant('unique' as const),
      columns: fc.uniqueArray(names, { minLength: 1, maxLength: 3 }),
      ignoreRowIf,
    }),
    fc
      .record({
        rule: fc.constant('reference' as const),
        columns: fc.constantFrom(['s'], ['k'], ['s', 'k']),
        otherDataset: fc.constant('right'),
      })
      .map((made) => ({ ...made, otherColumns: made.columns })),
    fc
      .record({
        rule: fc.constant('agree' as const),
        columns: fc.constantFrom(['s'], ['k']),
        column: fc.constant('k'),
        otherDataset: fc.constant('right'),
        otherColumn: fc.constant('n'),
        aggregate: fc.constantFrom(
          'mean' as const,
          'sum' as const,
          'min' as const,
          'max' as const,
          undefined,
        ),
        ignoreUnmatched: fc.constantFrom(true, undefined),
        tolerance: fc.constantFrom(0, 1.5, undefined),
      })
      .map((made) => ({ ...made, otherColumns: made.columns })),
  )
}
