import { cellsOf } from '../../src/data-checks/cells.ts'
import type {
  Column,
  ColumnType,
  DatasetDefinition,
  Value,
} from '../../src/data-checks/data-check-types.ts'
import type { CellRows } from '../../src/data-checks/set-rules.ts'

export type Record_ = Readonly<Record<string, Value>>

export function definitionOf(
  columns: Readonly<Record<string, ColumnType>>,
  dataset = 'a',
): DatasetDefinition {
  return {
    dataset,
    columns: Object.entries(columns).map(([name, type]): Column => ({ name, type })),
  }
}

export function rowsOf(definition: DatasetDefinition, records: readonly Record_[]): CellRows {
  const { columns } = definition
  return {
    definition,
    rows: records.map((record) =>
      cellsOf(
        columns.map(({ name }) => record[name]),
        columns,
      ),
    ),
  }
}

/** Columns typed as their values are: numbers, or else texts. */
export function typedBy(data: Readonly<Record<string, readonly Value[]>>): DatasetDefinition {
  return definitionOf(
    Object.fromEntries(
      Object.entries(data).map(([name, values]) => [
        name,
        typeOf(values.filter((value) => value !== null)),
      ]),
    ),
  )
}

function typeOf(values: readonly Value[]): ColumnType {
  if (values.every((value) => typeof value === 'boolean')) return 'boolean'
  return values.every((value) => typeof value === 'number') ? 'number' : 'text'
}
