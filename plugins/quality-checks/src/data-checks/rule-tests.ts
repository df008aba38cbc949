import { type Cell, instantOf, isTextType, storable } from './cells.ts'
import type { Column, IgnoreRowIf, Rule } from './data-check-types.ts'
import { formatPatterns } from './formats.ts'
import type { RowTest, Slack } from './row-test.ts'

/** Which rows a check looks at, and which of those pass. */
export interface RowRule {
  readonly assessed: RowTest
  readonly pass: RowTest
}

type ColumnOf = (name: string) => Column

const always: RowTest = { is: 'all', of: [] }

/**
 * The rule as two conditions on a row, with the meaning of Great Expectations' map expectations: a missing value is
 * passed over (but for the rules about missing ones). A value that is not of its column's type fails every rule about values.
 * For a rule of the way `rows` whose fields were checked by `validateCheck`.
 */
export function rowRule(rule: Rule, columnOf: ColumnOf): RowRule {
  const column = rule.column as string
  const present: RowTest = { is: 'present', column }
  switch (rule.rule) {
    case 'not-null':
      return {
        assessed: always,
        pass: rule.blankIsMissing ? both(present, not({ is: 'blank', column })) : present,
      }
    case 'null':
      return { assessed: always, pass: not(present) }
    case 'type':
      return { assessed: present, pass: not({ is: 'misfit', column }) }
    case 'pattern':
      return {
        assessed: present,
        pass: turned(rule, { is: 'match', column, pattern: rule.pattern as string }),
      }
    case 'between':
      return { assessed: present, pass: betweenTest(rule, columnOf(column)) }
    case 'one-of':
      return { assessed: present, pass: turned(rule, memberTest(rule, columnOf(column))) }
    case 'length':
      return { assessed: present, pass: lengthTest(rule) }
    case 'format':
      return { assessed: present, pass: formatTest(rule, columnOf(column)) }
    case 'compare':
      return compareRule(rule, columnOf(column))
    case 'sum':
      return {
        assessed: present,
        pass: { is: 'sum', column, parts: rule.columns as string[], slack: slackOf(rule) },
      }
    default:
      throw new TypeError(`The rule ${rule.rule} asks nothing of one row`)
  }
}

function not(of: RowTest): RowTest {
  return { is: 'not', of }
}

function both(...of: readonly RowTest[]): RowTest {
  return { is: 'all', of }
}

/** Turned round, a misfit still fails: nobody knows what it is. */
function turned({ column, not: isTurned }: Rule, test: RowTest): RowTest {
  return isTurned ? both(not({ is: 'misfit', column: column as string }), not(test)) : test
}

export function betweenTest(
  { min, max, excludeMin, excludeMax }: Pick<Rule, 'min' | 'max' | 'excludeMin' | 'excludeMax'>,
  column: Column,
): RowTest {
  const bounds = [
    { value: min, op: excludeMin ? '>' : '>=' },
    { value: max, op: excludeMax ? '<' : '<=' },
  ] as const
  const tests = bounds.flatMap(({ value, op }): RowTest[] => {
    if (value === undefined) return []
    if (column.type === 'text')
      return [{ is: 'text-compare', column: column.name, op, value: storable(String(value)) }]
    return [{ is: 'number', column: column.name, op, value: numberOf(value, column) }]
  })
  return both(...tests)
}

/** What a value of a definition is kept as: dates as instants, booleans as 0 and 1. */
export function numberOf(value: string | number | boolean, { type }: Column): number {
  if (type === 'date' || type === 'timestamp')
    return typeof value === 'string' ? (instantOf(value, type) ?? Number.NaN) : Number.NaN
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'number' ? value : Number.NaN
}

export function memberTest({ values = [] }: Pick<Rule, 'values'>, column: Column): RowTest {
  if (isTextType(column.type))
    return {
      is: 'text-in',
      column: column.name,
      values: values.map((value) => storable(String(value))),
    }
  return {
    is: 'number-in',
    column: column.name,
    values: values.map((value) => numberOf(value, column)),
  }
}

function lengthTest({ column, min, max }: Rule): RowTest {
  const bound = (op: '>=' | '<=', value: number): RowTest => ({
    is: 'length',
    column: column as string,
    op,
    value,
  })
  return both(
    ...(min === undefined ? [] : [bound('>=', Number(min))]),
    ...(max === undefined ? [] : [bound('<=', Number(max))]),
  )
}

/** A column of dates is of the format by its type; of texts each must have the pattern. */
function formatTest({ format }: Rule, { name, type }: Column): RowTest {
  if (!isTextType(type)) return not({ is: 'misfit', column: name })
  const pattern = formatPatterns[format as keyof typeof formatPatterns]
  return { is: 'match', column: name, pattern }
}

function compareRule(rule: Rule, column: Column): RowRule {
  const { comparison: op = '=', other: right = '', ignoreRowIf } = rule
  const left = column.name
  const pass: RowTest = isTextType(column.type)
    ? { is: 'texts', left, right, op }
    : { is: 'numbers', left, right, op, slack: slackOf(rule) }
  return { assessed: presence([left, right], ignoreRowIf), pass }
}

/** Great Expectations passes over a row where all of the columns are missing, unless it is told otherwise. */
export function presence(
  columns: readonly string[],
  ignoreRowIf: IgnoreRowIf = 'all-missing',
): RowTest {
  const of = columns.map((column): RowTest => ({ is: 'present', column }))
  if (ignoreRowIf === 'never') return always
  return { is: ignoreRowIf === 'any-missing' ? 'all' : 'any', of }
}

export function slackOf({ tolerance = 0, relativeTolerance = 0 }: Rule): Slack {
  return { absolute: tolerance, relative: relativeTolerance }
}

/** What a cell is compared by where rows are grouped or joined; null where there is none. */
export function keyOf(cell: Cell, column: Column): string | null {
  if (cell.is === 'null') return null
  if (cell.is === 'number') return `n${cell.number}`
  // A misfit of a text column (a number 21 among titles) is the same as its text.
  return `${cell.is === 'misfit' && !isTextType(column.type) ? 'x' : 't'}${cell.text}`
}
