import type { Cell } from './cells.ts'
import type { CheckDefinition, Column, DatasetDefinition, Value } from './data-check-types.ts'
import { placeOf } from './set-rules.ts'

/** Bad rows that a run keeps of a check. */
export const MAX_SHOWN = 20
const MAX_TEXT = 200
const MASK = '***'

/**
 * A bad row as people see it: the columns that name it and those that the check is about. What a sensitive column holds is
 * masked here, before anything keeps it; that it holds nothing is told.
 */
export function shownRow(
  check: CheckDefinition,
  definition: DatasetDefinition,
  cells: readonly Cell[],
  seq: number,
): Record<string, Value> {
  const place = placeOf(definition)
  const names = new Set([...(definition.key ?? []), ...checkedColumns(check, definition)])
  const shown: Record<string, Value> = { row: seq }
  const values: Record<string, Value> = {}
  for (const name of names) {
    const at = place(name)
    values[name] = shownValue(cells[at] as Cell, definition.columns[at] as Column)
  }
  return { ...shown, values }
}

function checkedColumns(
  { column, other, columns, rule }: CheckDefinition,
  definition: DatasetDefinition,
): string[] {
  const named = [column, other, ...(columns ?? [])].filter((name) => name !== undefined)
  // A custom check that names no column looks at all; eight are enough to tell a row by.
  return rule === 'custom' && named.length === 0
    ? definition.columns.slice(0, 8).map(({ name }) => name)
    : named
}

export function shownValue(cell: Cell, { type, sensitive }: Column): Value {
  if (cell.is === 'null') return null
  if (sensitive) return MASK
  if (cell.is !== 'number')
    return cell.text.length > MAX_TEXT
      ? `${Array.from(cell.text).slice(0, MAX_TEXT).join('')}…`
      : cell.text
  return writtenNumber(cell.number, type)
}

/** A number as the column's type writes it. */
export function writtenNumber(number: number, type: Column['type']): Value {
  if (type === 'boolean') return number === 1
  if (type !== 'date' && type !== 'timestamp') return number
  const text = new Date(number).toISOString()
  return type === 'date' ? text.slice(0, 10) : text
}
