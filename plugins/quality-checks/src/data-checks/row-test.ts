import type { Cell } from './cells.ts'
import type { Comparison } from './data-check-types.ts'
import { patternMatcher } from './pattern/match-pattern.ts'

/**
 * What can be asked of one row: written once, run in memory by `rowTester` and in PostgreSQL by `row-test-sql.ts`.
 * Two-valued: where a value is missing or a misfit, a question about it as a number or a text is false.
 */
export type RowTest =
  | { readonly is: 'present' | 'misfit' | 'blank'; readonly column: string }
  | {
      readonly is: 'number'
      readonly column: string
      readonly op: Comparison
      readonly value: number
    }
  | { readonly is: 'number-in'; readonly column: string; readonly values: readonly number[] }
  | { readonly is: 'text-in'; readonly column: string; readonly values: readonly string[] }
  | {
      readonly is: 'text-compare'
      readonly column: string
      readonly op: '>=' | '<=' | '>' | '<'
      readonly value: string
    }
  | {
      readonly is: 'length'
      readonly column: string
      readonly op: '>=' | '<='
      readonly value: number
    }
  | { readonly is: 'match'; readonly column: string; readonly pattern: string }
  | {
      readonly is: 'numbers'
      readonly left: string
      readonly right: string
      readonly op: Comparison
      readonly slack: Slack
    }
  | { readonly is: 'texts'; readonly left: string; readonly right: string; readonly op: Comparison }
  /** `column` is the sum of `parts`, missing ones counted as 0. */
  | {
      readonly is: 'sum'
      readonly column: string
      readonly parts: readonly string[]
      readonly slack: Slack
    }
  | { readonly is: 'all' | 'any'; readonly of: readonly RowTest[] }
  | { readonly is: 'not'; readonly of: RowTest }

/** Two numbers are the same within the larger of both: absolute, and a share of the larger one. */
export interface Slack {
  readonly absolute: number
  readonly relative: number
}

export type RowTester = (cells: readonly Cell[]) => boolean

type IndexOf = (column: string) => number

export function rowTester(test: RowTest, indexOf: IndexOf): RowTester {
  switch (test.is) {
    case 'all': {
      const testers = test.of.map((part) => rowTester(part, indexOf))
      return (cells) => testers.every((tester) => tester(cells))
    }
    case 'any': {
      const testers = test.of.map((part) => rowTester(part, indexOf))
      return (cells) => testers.some((tester) => tester(cells))
    }
    case 'not': {
      const tester = rowTester(test.of, indexOf)
      return (cells) => !tester(cells)
    }
    case 'numbers':
    case 'texts':
      return pairTester(test, indexOf)
    case 'sum':
      return sumTester(test, indexOf)
    default: {
      const index = indexOf(test.column)
      const tester = cellTester(test)
      return (cells) => tester(cells[index] as Cell)
    }
  }
}

type OneColumn = Extract<RowTest, { readonly column: string }>

function cellTester(test: Exclude<OneColumn, { is: 'sum' }>): (cell: Cell) => boolean {
  switch (test.is) {
    case 'present':
      return (cell) => cell.is !== 'null'
    case 'misfit':
      return (cell) => cell.is === 'misfit'
    case 'blank':
      // The white space of PostgreSQL's `btrim` below: what a keyboard makes, and the ideographic space.
      return (cell) => cell.is === 'text' && /^[ \t\n\r\f\u00a0\u3000]*$/.test(cell.text)
    case 'number':
      return (cell) => cell.is === 'number' && compares(cell.number, test.op, test.value)
    case 'number-in': {
      const values = new Set(test.values)
      return (cell) => cell.is === 'number' && values.has(cell.number)
    }
    case 'text-in': {
      const values = new Set(test.values)
      return (cell) => cell.is === 'text' && values.has(cell.text)
    }
    case 'text-compare':
      return (cell) => cell.is === 'text' && compares(inOrder(cell.text, test.value), test.op, 0)
    case 'length':
      return (cell) => cell.is === 'text' && compares(lengthOf(cell.text), test.op, test.value)
    case 'match': {
      const matches = patternMatcher(test.pattern)
      return (cell) => cell.is === 'text' && matches(cell.text)
    }
  }
}

function pairTester(
  test: Extract<RowTest, { is: 'numbers' | 'texts' }>,
  indexOf: IndexOf,
): RowTester {
  const [left, right] = [indexOf(test.left), indexOf(test.right)]
  return (cells) => {
    const [a, b] = [cells[left] as Cell, cells[right] as Cell]
    if (test.is === 'texts')
      return a.is === 'text' && b.is === 'text' && compares(inOrder(a.text, b.text), test.op, 0)
    if (a.is !== 'number' || b.is !== 'number') return false
    if (test.op === '=') return isNear(a.number, b.number, test.slack)
    if (test.op === '!=') return !isNear(a.number, b.number, test.slack)
    return compares(a.number, test.op, b.number)
  }
}

function sumTester(
  { column, parts, slack }: Extract<RowTest, { is: 'sum' }>,
  indexOf: IndexOf,
): RowTester {
  const indexes = parts.map(indexOf)
  const total = indexOf(column)
  return (cells) => {
    const cell = cells[total] as Cell
    if (cell.is !== 'number') return false
    let sum = 0
    for (const index of indexes) {
      const part = cells[index] as Cell
      if (part.is === 'misfit') return false
      if (part.is === 'number') sum += part.number
    }
    return isNear(cell.number, sum, slack)
  }
}

export function isNear(a: number, b: number, { absolute, relative }: Slack): boolean {
  return Math.abs(a - b) <= Math.max(absolute, relative * Math.max(Math.abs(a), Math.abs(b)))
}

export function compares(a: number, op: Comparison, b: number): boolean {
  switch (op) {
    case '=':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

/** By code points, as PostgreSQL's collation "C" has it; JavaScript's own `<` puts U+10000 before U+FFFD. */
export function inOrder(a: string, b: string): number {
  if (a === b) return 0
  const [left, right] = [a[Symbol.iterator](), b[Symbol.iterator]()]
  for (;;) {
    const [x, y] = [left.next(), right.next()]
    if (x.done) return y.done ? 0 : -1
    if (y.done) return 1
    const difference = (x.value.codePointAt(0) as number) - (y.value.codePointAt(0) as number)
    if (difference !== 0) return difference
  }
}

/** Characters, not UTF-16 units: 𠮷 is one. */
export function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}
