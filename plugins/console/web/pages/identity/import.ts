/** Tables of the organisation, in the order in which one names the other. */
export const TABLES = ['units', 'users', 'positions', 'holders'] as const
export type TableName = (typeof TABLES)[number]

export type Tables = Readonly<Partial<Record<TableName, string>>>

interface Counts {
  /** Rows that are new or differ. */
  readonly written: number
  readonly unchanged: number
}

export type Imported = Readonly<Record<TableName, Counts>> & { readonly dryRun: boolean }

/** The columns that each takes; those behind `required` may be left out. */
export const COLUMNS = {
  units: 'id,name,parent',
  users: 'login,display_name,email,locale,unit',
  positions: 'id,name,unit,roles',
  holders: 'position,login,valid_from,valid_to',
} as const satisfies Record<TableName, string>

/** Tables in which something stands. Pure. */
export function filledTables(tables: Tables): Tables {
  return Object.fromEntries(
    TABLES.flatMap((name) => {
      const text = tables[name]?.trim() ?? ''
      return text === '' ? [] : [[name, `${text}\n`]]
    }),
  )
}

/** Whether a dry run was of these very tables: what was changed after it was not looked at. Pure. */
export function isSeen(seen: Tables | undefined, now: Tables): boolean {
  return (
    seen !== undefined &&
    Object.keys(now).length > 0 &&
    TABLES.every((name) => seen[name] === now[name])
  )
}

/** How many rows would be written. Pure. */
export function writtenIn(imported: Imported): number {
  return TABLES.reduce((sum, name) => sum + imported[name].written, 0)
}

/** Lines of all tables without their heads, as far as a look at them tells. Pure. */
export function rowsIn(tables: Tables): number {
  const lines = Object.values(tables).map((text) => text.trim().split('\n').length - 1)
  return lines.reduce((sum, count) => sum + Math.max(0, count), 0)
}
