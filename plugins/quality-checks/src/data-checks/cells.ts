import type { Column, ColumnType, Value } from './data-check-types.ts'

/**
 * One value, read as its column's type says. `misfit`: it is there, and is no value of that type; it has the
 * text it was sent as. Great Expectations lets a type error end the check; here it is a bad row.
 */
export type Cell =
  | { readonly is: 'null' }
  | { readonly is: 'number'; readonly number: number }
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'misfit'; readonly text: string }

const NULL: Cell = { is: 'null' }

/** Longer texts are cut for nobody: a value beyond it is refused where rows come in. */
export const MAX_TEXT = 8192
/** JSON nested deeper is a misfit; a validator would need a stack for it. */
export const MAX_JSON_DEPTH = 32

const TEXT_TYPES: ReadonlySet<ColumnType> = new Set(['text', 'json'])

export function isTextType(type: ColumnType): boolean {
  return TEXT_TYPES.has(type)
}

export function cellOf(value: Value | undefined, type: ColumnType): Cell {
  if (value === null || value === undefined) return NULL
  switch (type) {
    case 'text':
      return typeof value === 'string' ? { is: 'text', text: storable(value) } : misfit(value)
    case 'number':
      return typeof value === 'number' && isMeasurable(value) ? number(value) : misfit(value)
    case 'integer':
      return Number.isSafeInteger(value) ? number(value as number) : misfit(value)
    case 'boolean':
      return typeof value === 'boolean' ? number(value ? 1 : 0) : misfit(value)
    case 'date':
    case 'timestamp':
      return instantCell(value, type)
    case 'json':
      return jsonCell(value)
  }
}

function number(value: number): Cell {
  // -0 is 0 to whoever compares and to PostgreSQL's grouping; its text is not.
  return { is: 'number', number: value === 0 ? 0 : value }
}

/** PostgreSQL ends a statement whose arithmetic leaves the doubles; nothing that is measured is near these bounds. */
function isMeasurable(value: number): boolean {
  const size = Math.abs(value)
  return size === 0 || (size >= 1e-150 && size <= 1e150)
}

function misfit(value: Value): Cell {
  return { is: 'misfit', text: textOf(value) }
}

/** What a value looks like to people, and what it is compared by where its type does not fit. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return storable(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return depthOf(value) > MAX_JSON_DEPTH ? '(nested too deeply)' : storable(JSON.stringify(value))
}

/** PostgreSQL keeps neither NUL nor half a surrogate pair; both become U+FFFD, which no format takes for sound. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

function instantCell(value: Value, type: 'date' | 'timestamp'): Cell {
  const instant = typeof value === 'string' ? instantOf(value, type) : undefined
  return instant === undefined ? misfit(value) : number(instant)
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** Milliseconds since the epoch of a date (ISO 8601) or an instant (RFC 3339); undefined where the calendar has none. */
export function instantOf(text: string, type: 'date' | 'timestamp'): number | undefined {
  const found = (type === 'date' ? DATE : TIMESTAMP).exec(text)
  if (!found) return undefined
  const [year = 0, month = 0, day = 0] = found.slice(1, 4).map(Number)
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day)
  if (type === 'date') return midnight
  const [hour = 0, minute = 0, second = 0] = found.slice(4, 7).map(Number)
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const fraction = Math.trunc(Number(`0.${found[7] ?? '0'}`) * 1000)
  const offset = (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0)) * (found[8] === '-' ? -1 : 1)
  return midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000 + fraction
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** JSON comes as a value or as its text; either is kept as text. */
function jsonCell(value: Value): Cell {
  if (typeof value !== 'string') {
    return depthOf(value) > MAX_JSON_DEPTH ? misfit(value) : { is: 'text', text: textOf(value) }
  }
  try {
    const parsed = JSON.parse(value) as Value
    if (depthOf(parsed) > MAX_JSON_DEPTH) return misfit(value)
    return { is: 'text', text: storable(value) }
  } catch {
    return misfit(value)
  }
}

/** Without recursion: it is asked about values that are nested too deeply for it. */
function depthOf(value: Value): number {
  let depth = 0
  for (let level: Value[] = [value]; level.length > 0 && depth <= MAX_JSON_DEPTH + 1; depth++) {
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    )
  }
  return depth
}

/** A row of cells, in the order of the columns. */
export function cellsOf(row: readonly (Value | undefined)[], columns: readonly Column[]): Cell[] {
  return columns.map(({ type }, index) => cellOf(row[index], type))
}
