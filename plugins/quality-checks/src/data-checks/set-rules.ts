import type { Cell } from './cells.ts'
import type { Column, DatasetDefinition, Rule } from './data-check-types.ts'
import { isNear, rowTester } from './row-test.ts'
import { keyOf, presence, slackOf } from './rule-tests.ts'
import { columnOf } from './validate-check.ts'

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

/** The texts of some columns of a row together; null where one is missing and `isPartial` does not take that. */
function keyReader({ definition }: CellRows, names: readonly string[], isPartial: boolean) {
  const place = placeOf(definition)
  const columns = names.map((name) => ({ at: place(name), column: columnOf(definition, name) }))
  return (cells: readonly Cell[]): string | null => {
    const keys = columns.map(({ at, column }) => keyOf(cells[at] as Cell, column as Column))
    if (!isPartial && keys.includes(null)) return null
    return JSON.stringify(keys)
  }
}

/** Every row of a group of equal ones is unexpected, as Great Expectations counts (Soda counts all but one of them). */
export function uniqueness(data: CellRows, { columns = [], ignoreRowIf }: Rule): SetOutcome {
  const isAssessed = rowTester(presence(columns, ignoreRowIf), placeOf(data.definition))
  const keyOfRow = keyReader(data, columns, true)
  const groups = new Map<string, number[]>()
  let assessed = 0
  for (const [at, cells] of data.rows.entries()) {
    if (!isAssessed(cells)) continue
    assessed++
    const key = keyOfRow(cells) as string
    const group = groups.get(key)
    if (group) group.push(at)
    else groups.set(key, [at])
  }
  const unexpectedRows = [...groups.values()].filter(({ length }) => length > 1).flat().sort((a, b) => a - b)
  return { assessed, unexpectedRows, unexpected: unexpectedRows.length }
}

/** Rows whose key is nowhere in the other dataset (MATCH SIMPLE of SQL: a row with a part of its key missing is passed over). */
export function references(data: CellRows, other: CellRows, { columns = [], otherColumns = [] }: Rule): SetOutcome {
  const keyOfRow = keyReader(data, columns, false)
  const keyOfOther = keyReader(other, otherColumns, false)
  const known = new Set(other.rows.map(keyOfOther))
  const keys = data.rows.map(keyOfRow)
  const unexpectedRows = keys.flatMap((key, at) => (key !== null && !known.has(key) ? [at] : []))
  return { assessed: keys.filter((key) => key !== null).length, unexpectedRows, unexpected: unexpectedRows.length }
}

/** Keys of both datasets: the measure of one is that of the other, within the tolerance. */
export function agreement(data: CellRows, other: CellRows, rule: Rule): SetOutcome {
  const { columns = [], otherColumns = [], column = '', otherColumn = '', ignoreUnmatched } = rule
  const [left, right] = [measures(data, columns, column, rule), measures(other, otherColumns, otherColumn, rule)]
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
function measures(data: CellRows, keys: readonly string[], measure: string, { aggregate = 'mean' }: Rule): Map<string, number> {
  const keyOfRow = keyReader(data, keys, false)
  const at = placeOf(data.definition)(measure)
  const groups = new Map<string, number[]>()
  for (const cells of data.rows) {
    const [key, cell] = [keyOfRow(cells), cells[at] as Cell]
    if (key === null || cell.is !== 'number') continue
    groups.set(key, [...(groups.get(key) ?? []), cell.number])
  }
  return new Map([...groups].map(([key, numbers]) => [key, aggregates[aggregate](numbers)]))
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

const aggregates: Readonly<Record<NonNullable<Rule['aggregate']>, (numbers: readonly number[]) => number>> = {
  mean: (numbers) => sum(numbers) / numbers.length,
  sum,
  min: (numbers) => numbers.reduce((least, number) => Math.min(least, number)),
  max: (numbers) => numbers.reduce((most, number) => Math.max(most, number)),
}
