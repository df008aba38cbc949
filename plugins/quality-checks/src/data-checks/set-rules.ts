import type { Cell } from './cells.ts'
import { columnOf } from './columns.ts'
import type { DatasetDefinition, Rule } from './data-check-types.ts'
import { isNear, rowTester } from './row-test.ts'
import { keyOf, presence, slackOf } from './rule-tests.ts'

export interface CellRows {
  readonly definition: DatasetDefinition
  readonly rows: readonly (readonly Cell[])[]
}

/** Which of the assessed are unexpected; rows by their place, keys of `agree` by their text. */
export interface SetOutcome {
  readonly assessed: number
  readonly unexpectedRows: readonly number[]
  readonly unexpected: number
}

export function placeOf({ columns }: DatasetDefinition): (name: string) => number {
  return (name) => columns.findIndex((column) => column.name === name)
}

type Keys = readonly (string | null)[]

/** What some columns of a row are compared by. */
function keyReader(
  { definition }: CellRows,
  names: readonly string[],
): (cells: readonly Cell[]) => Keys {
  const place = placeOf(definition)
  const columns = names.map((name) => ({ at: place(name), column: columnOf(definition, name) }))
  return (cells) => columns.map(({ at, column }) => keyOf(cells[at] as Cell, column))
}

/** The key that finds its like in another dataset; null where a part is missing or no value of its column's type. */
function joinKey(keys: Keys): string | null {
  return keys.some((key) => key === null || key.startsWith('x')) ? null : JSON.stringify(keys)
}

/** Every row of a group of equal ones is unexpected, as Great Expectations counts (Soda counts all but one of them). */
export function uniqueness(data: CellRows, { columns = [], ignoreRowIf }: Rule): SetOutcome {
  const isAssessed = rowTester(presence(columns, ignoreRowIf), placeOf(data.definition))
  const keysOf = keyReader(data, columns)
  const groups = new Map<string, number[]>()
  let assessed = 0
  for (const [at, cells] of data.rows.entries()) {
    if (!isAssessed(cells)) continue
    assessed++
    const key = JSON.stringify(keysOf(cells))
    const group = groups.get(key)
    if (group) group.push(at)
    else groups.set(key, [at])
  }
  const unexpectedRows = [...groups.values()]
    .filter(({ length }) => length > 1)
    .flat()
    .sort((a, b) => a - b)
  return { assessed, unexpectedRows, unexpected: unexpectedRows.length }
}

/** Rows whose key is nowhere in the other dataset (MATCH SIMPLE of SQL: a row with a part of its key missing is passed over). */
export function references(
  data: CellRows,
  other: CellRows,
  { columns = [], otherColumns = [] }: Rule,
): SetOutcome {
  const keysOf = keyReader(data, columns)
  const keysOfOther = keyReader(other, otherColumns)
  const known = new Set(other.rows.map((cells) => joinKey(keysOfOther(cells))))
  let assessed = 0
  const unexpectedRows: number[] = []
  for (const [at, cells] of data.rows.entries()) {
    const keys = keysOf(cells)
    if (keys.includes(null)) continue
    assessed++
    const key = joinKey(keys)
    if (key === null || !known.has(key)) unexpectedRows.push(at)
  }
  return { assessed, unexpectedRows, unexpected: unexpectedRows.length }
}

/** Keys of both datasets: the measure of one is that of the other, within the tolerance. */
export function agreement(data: CellRows, other: CellRows, rule: Rule): SetOutcome {
  const { columns = [], otherColumns = [], column = '', otherColumn = '', ignoreUnmatched } = rule
  const [left, right] = [
    measures(data, columns, column, rule),
    measures(other, otherColumns, otherColumn, rule),
  ]
  let [assessed, unexpected] = [0, 0]
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [a, b] = [left.get(key), right.get(key)]
    if (ignoreUnmatched && (a === undefined || b === undefined)) continue
    assessed++
    if (a === undefined || b === undefined || !isNear(a, b, slackOf(rule))) unexpected++
  }
  return { assessed, unexpectedRows: [], unexpected }
}

/** Rows without a key or without a number are passed over. */
function measures(
  data: CellRows,
  keys: readonly string[],
  measure: string,
  { aggregate = 'mean' }: Rule,
): Map<string, number> {
  const keysOf = keyReader(data, keys)
  const at = placeOf(data.definition)(measure)
  const groups = new Map<string, number[]>()
  for (const cells of data.rows) {
    const [key, cell] = [joinKey(keysOf(cells)), cells[at] as Cell]
    if (key === null || cell.is !== 'number') continue
    groups.set(key, [...(groups.get(key) ?? []), cell.number])
  }
  return new Map([...groups].map(([key, numbers]) => [key, aggregates[aggregate](numbers)]))
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

const aggregates: Readonly<
  Record<NonNullable<Rule['aggregate']>, (numbers: readonly number[]) => number>
> = {
  mean: (numbers) => sum(numbers) / numbers.length,
  sum,
  min: (numbers) => numbers.reduce((least, number) => Math.min(least, number)),
  max: (numbers) => numbers.reduce((most, number) => Math.max(most, number)),
}
