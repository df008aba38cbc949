import { millionths } from './decimal.ts'

export type FieldValue = string | number | boolean

/** Values of an envelope's fields by name, as the sender gave them or a signer filled them in. */
export type FieldValues = Readonly<Record<string, FieldValue>>

export type ConditionTest = keyof typeof tests

/** One line of the table: a field, what is asked of it, and what it is held against. */
export interface ConditionRow {
  readonly field: string
  readonly test: ConditionTest
  readonly value?: FieldValue
  /** Of `one-of`. */
  readonly values?: readonly string[]
}

/** Whether a group takes part at all: data, so that a template is never code. */
export interface Condition {
  readonly match: 'all' | 'any'
  readonly rows: readonly ConditionRow[]
}

type Judge = (given: FieldValue | undefined, row: ConditionRow) => boolean

const ordered =
  (accept: (order: number) => boolean): Judge =>
  (given, { value }) => {
    const order = compare(given, value)
    return order !== undefined && accept(order)
  }

const isFilled = (given: FieldValue | undefined) =>
  given !== undefined && given !== '' && given !== false

const tests = {
  equals: (given, { value }) => isSame(given, value),
  'not-equals': (given, { value }) => !isSame(given, value),
  'more-than': ordered((order) => order > 0),
  'at-least': ordered((order) => order >= 0),
  'less-than': ordered((order) => order < 0),
  'at-most': ordered((order) => order <= 0),
  'one-of': (given, { values = [] }) => given !== undefined && values.includes(String(given)),
  filled: isFilled,
  empty: (given) => !isFilled(given),
} satisfies Record<string, Judge>

export function isMet({ match, rows }: Condition, values: FieldValues): boolean {
  const judge = (row: ConditionRow) => (tests[row.test] as Judge)(values[row.field], row)
  return match === 'all' ? rows.every(judge) : rows.some(judge)
}

function isSame(left: FieldValue | undefined, right: FieldValue | undefined): boolean {
  if (left === undefined || right === undefined) return false
  const order = compare(left, right)
  return order === undefined ? String(left) === String(right) : order === 0
}

/** Amounts by their value and not as text or as floating point ('100.10' is '100.1'); dates as text; else undefined. */
function compare(left: FieldValue | undefined, right: FieldValue | undefined): number | undefined {
  if (left === undefined || right === undefined) return undefined
  const [a, b] = [millionths(String(left)), millionths(String(right))]
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0
  const isDate = /^\d{4}-\d{2}-\d{2}$/
  const [x, y] = [String(left), String(right)]
  if (!isDate.test(x) || !isDate.test(y)) return undefined
  return x < y ? -1 : x > y ? 1 : 0
}
