import type { Cell } from './cells.ts'
import { isTextType } from './cells.ts'
import type { Column } from './data-check-types.ts'

/** Columns of `data_rows` that a dataset's columns are kept in: as many as the migration made of each. */
export const SLOTS = { n: 24, t: 24 } as const

/**
 * Where a column is kept: `n3` (double precision) or `t3` (text). A statement names slots, which are the
 * plugin's own names; what a user called the column never becomes SQL.
 */
export type Slot = `${'n' | 't'}${number}`

export type SlotOf = (column: string) => {
  readonly slot: Slot
  readonly column: Column
  readonly index: number
}

/** In the order of the columns: columns added behind keep the slots of those before. */
export function slotsOf(columns: readonly Column[]): Slot[] {
  const taken = { n: 0, t: 0 }
  return columns.map(({ type }) => {
    const kind = isTextType(type) ? 't' : 'n'
    taken[kind]++
    return `${kind}${taken[kind]}` as const
  })
}

/** A row as the insert takes it: slots with a value, and the texts of misfits in `x` by their slot. */
export function slotRow(cells: readonly Cell[], slots: readonly Slot[]): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  const misfits: Record<string, string> = {}
  for (const [index, cell] of cells.entries()) {
    const slot = slots[index] as Slot
    if (cell.is === 'number') row[slot] = cell.number
    else if (cell.is === 'text') row[slot] = cell.text
    else if (cell.is === 'misfit') misfits[slot] = cell.text
  }
  return Object.keys(misfits).length > 0 ? { ...row, x: misfits } : row
}

/** The other way round: a row that was read, as cells. */
export function cellsOfSlots(
  row: Readonly<Record<string, unknown>>,
  slots: readonly Slot[],
): Cell[] {
  const misfits = (row['x'] ?? {}) as Readonly<Record<string, string>>
  return slots.map((slot) => {
    const misfit = misfits[slot]
    if (misfit !== undefined) return { is: 'misfit', text: misfit }
    const value = row[slot]
    if (value === null || value === undefined) return { is: 'null' }
    return typeof value === 'number'
      ? { is: 'number', number: value }
      : { is: 'text', text: String(value) }
  })
}
