import { parse } from 'csv-parse/sync'

/** One line of a table, by column. */
export interface CsvRow {
  /** As an editor counts them: the header is the first. */
  readonly line: number
  readonly cells: Readonly<Record<string, string>>
}

export interface CsvFault {
  readonly line: number
  readonly column: string
  readonly detail: string
}

/** A company has tens of thousands of people; a file that is larger is not one. */
const MAX_ROWS = 20_000

const MAX_RECORD = 8000

/** Spreadsheets run what begins with one of these (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r]/

/** What only a guard makes, and what would be taken for it: a name such as 't Hooft keeps its apostrophe. */
const guarded = /^'['=+\-@\t\r]/

/**
 * Reads a table (RFC 4180, UTF-8, with or without a mark), and says of each line what is wrong with it.
 * @param columns all that may be there; those that have to are named by `required`
 */
export function readCsv(
  text: string,
  columns: readonly string[],
  required: readonly string[],
): { readonly rows: readonly CsvRow[]; readonly faults: readonly CsvFault[] } {
  let records: { record: string[]; info: { lines: number } }[]
  try {
    records = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: MAX_RECORD,
      // The head, and one too many to tell: eight megabytes of line breaks would be four million records in memory.
      to: MAX_ROWS + 2,
    }) as unknown as typeof records
  } catch (error) {
    const { lines = 1, message } = error as { lines?: number; message: string }
    return {
      rows: [],
      faults: [{ line: lines, column: '', detail: `cannot be read: ${message.slice(0, 200)}` }],
    }
  }
  const [head, ...body] = records
  const names = head?.record ?? []
  const faults = headFaults(names, columns, required)
  if (body.length > MAX_ROWS) {
    faults.push({ line: MAX_ROWS + 1, column: '', detail: `has more than ${MAX_ROWS} lines` })
  }
  if (faults.length > 0) return { rows: [], faults }
  const rows: CsvRow[] = []
  for (const { record, info } of body) {
    const { lines: line } = info
    if (record.length !== names.length) {
      faults.push({
        line,
        column: '',
        detail: `has ${record.length} cells instead of ${names.length}`,
      })
      continue
    }
    const cells = names.map((name, index) => [name, unguarded(record[index] ?? '')] as const)
    if (cells.some(([, cell]) => hasControls(cell))) {
      faults.push({ line, column: '', detail: 'holds a control character' })
    } else rows.push({ line, cells: Object.fromEntries(cells) })
  }
  return { rows, faults }
}

function headFaults(
  names: readonly string[],
  columns: readonly string[],
  required: readonly string[],
): CsvFault[] {
  const unknown = names.filter((name) => !columns.includes(name))
  const missing = required.filter((name) => !names.includes(name))
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  return [
    ...unknown.map((column) => ({ line: 1, column, detail: 'is no column of this table' })),
    ...missing.map((column) => ({ line: 1, column, detail: 'is missing' })),
    ...twice.map((column) => ({ line: 1, column, detail: 'is there twice' })),
  ]
}

/** A table that a spreadsheet shows and does not run; `readCsv` reads it back as it was. */
export function writeCsv(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string | null>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => cellOf(row[column] ?? '')).join(','))
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`
}

/** Also what looks guarded and is not, so that each comes back as it was. */
function cellOf(value: string): string {
  const cell = formula.test(value) || guarded.test(value) ? `'${value}` : value
  return /[",\r\n']/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell
}

function unguarded(cell: string): string {
  return guarded.test(cell) ? cell.slice(1) : cell
}

function hasControls(cell: string): boolean {
  return [...cell].some((char) => char < ' ')
}
