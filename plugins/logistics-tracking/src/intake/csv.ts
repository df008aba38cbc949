export interface CsvRow {
  /** Of the first of its lines, counted from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

export interface CsvText {
  readonly rows: readonly CsvRow[]
  /** The line of a quote that is not closed, or of text beside one. */
  readonly broken?: number
}

/**
 * RFC 4180: cells apart by commas (or semicolons or tabs, by what the first line has most of), quotes doubled within quotes, breaks of
 * lines within quotes; a mark of byte order and blank lines are left out. Pure.
 */
export function readCsv(text: string): CsvText {
  const source = text.replace(/^\uFEFF/, '')
  const separator = separatorOf(source)
  const rows: CsvRow[] = []
  const at: Reader = { source, separator, place: 0, line: 1 }
  while (at.place < source.length) {
    const { line } = at
    const cells = readRow(at)
    if (cells === undefined) return { rows, broken: line }
    if (cells.length > 1 || cells[0] !== '') rows.push({ line, cells })
  }
  return { rows }
}

interface Reader {
  readonly source: string
  readonly separator: string
  place: number
  line: number
}

function separatorOf(source: string): string {
  const [first = ''] = source.split(/\r\n|\n|\r/, 1)
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: first.split(mark).length }))
  return counts.reduce((most, one) => (one.count > most.count ? one : most)).mark
}

function readRow(at: Reader): readonly string[] | undefined {
  const cells: string[] = []
  for (;;) {
    const cell = at.source[at.place] === '"' ? readQuoted(at) : readPlain(at)
    if (cell === undefined) return undefined
    cells.push(cell)
    const mark = at.source[at.place]
    if (mark === at.separator) {
      at.place += 1
      continue
    }
    if (mark === '\r' && at.source[at.place + 1] === '\n') at.place += 1
    at.place += 1
    at.line += 1
    return cells
  }
}

function readPlain(at: Reader): string | undefined {
  const start = at.place
  while (at.place < at.source.length && !isEnd(at)) {
    if (at.source[at.place] === '"') return undefined
    at.place += 1
  }
  return at.source.slice(start, at.place).trim()
}

function readQuoted(at: Reader): string | undefined {
  let cell = ''
  at.place += 1
  for (;;) {
    const end = at.source.indexOf('"', at.place)
    if (end < 0) return undefined
    const part = at.source.slice(at.place, end)
    cell += part
    at.line += part.split('\n').length - 1
    at.place = end + 1
    if (at.source[at.place] !== '"') break
    cell += '"'
    at.place += 1
  }
  return at.place >= at.source.length || isEnd(at) ? cell : undefined
}

function isEnd({ source, separator, place }: Reader): boolean {
  const mark = source[place]
  return mark === separator || mark === '\n' || mark === '\r'
}
