import type { PlanStage } from './plan-types.ts'
import type { MasterTable } from './scheme-tables.ts'

/** Ac and Re of one stage, without the sample they belong to. */
export type AcceptReject = Pick<PlanStage, 'accept' | 'reject'>

/** A cell of a master table: a plan, or where to look on. */
export type Cell = AcceptReject | 'below' | 'above'

/** Rows of a table in cells: read for every plan of a batch, cut up once. */
const cutUp = new WeakMap<MasterTable, Map<string, Cell[]>>()

export function cellsOf(table: MasterTable, letter: string): readonly Cell[] | undefined {
  const row = table.rows[letter]
  if (row === undefined) return undefined
  const rows = cutUp.get(table) ?? new Map<string, Cell[]>()
  cutUp.set(table, rows)
  const cells = rows.get(letter) ?? parseRow(row)
  rows.set(letter, cells)
  return cells
}

export function parseRow(row: string): Cell[] {
  return row.split(' ').map(parseCell)
}

/** `0/2 1/2` as two stages; `#` is a stage that cannot accept. */
export function parseStages(stages: string): AcceptReject[] {
  return stages.split(' ').map(parseAcceptReject)
}

export function cellKey({ accept, reject }: AcceptReject): string {
  return `${accept ?? '#'}/${reject}`
}

function parseCell(text: string): Cell {
  if (text === 'v') return 'below'
  return text === '^' ? 'above' : parseAcceptReject(text)
}

function parseAcceptReject(text: string): AcceptReject {
  const [accept, reject] = text.split('/')
  return { accept: accept === '#' ? null : Number(accept), reject: Number(reject) }
}
