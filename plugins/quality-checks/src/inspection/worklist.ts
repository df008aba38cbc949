import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { type InspectionRow, inspectionColumns } from './inspection-row.ts'
import type { InspectionState } from './inspection-states.ts'
import { summaryOf, testShown } from './inspection-summary.ts'

interface WorklistInput {
  readonly states?: readonly InspectionState[]
  readonly item?: string
  readonly supplier?: string
  readonly lot?: string
  readonly operation?: string
  readonly location?: string
  readonly overdue?: boolean
  readonly limit?: number
  readonly cursor?: string
}

const undecided: readonly InspectionState[] = ['open', 'in-progress', 'awaiting-decision']

interface TallyRow {
  readonly state: InspectionState
  readonly count: number
  readonly overdue: number
}

/** Inspections that wait for somebody, the newest first, with how many there are in each state. */
export async function worklist(input: WorklistInput, ctx: Context) {
  const { states = undecided, limit = 50 } = input
  const { item = null, supplier = null, lot = null, operation = null, location = null } = input
  const overdueAt = input.overdue === true ? new Date(ctx.now()).toISOString() : null
  const [createdAt, id] = placeOf(input.cursor)
  const filters = [item, supplier, lot, operation, location]
  const [rows, tally] = await ctx.db.transaction<[InspectionRow, TallyRow]>([
    {
      sql: `select ${inspectionColumns} from inspections i
        where ${filterSql} and i.state = any($6::text[])
          and ($7::timestamptz is null or (i.pending + i.on_hold > 0 and i.due_at < $7))
          and ($8::timestamptz is null or (i.created_at, i.inspection) < ($8, $9))
        order by i.created_at desc, i.inspection desc limit $10`,
      parameters: [...filters, states, overdueAt, createdAt, id, limit + 1],
    },
    {
      sql: `select i.state, count(*)::integer as count, count(*) filter (where i.due_at < $6)::integer as overdue
        from inspections i where ${filterSql} and i.state = any($7::text[]) group by i.state`,
      parameters: [...filters, new Date(ctx.now()).toISOString(), undecided],
    },
  ])
  const items = rows.rows.slice(0, limit).map((row) => ({
    ...summaryOf(row),
    tests: row.tests.slice(0, MOST_TESTS).map(testShown),
  }))
  const last = items.at(-1)
  const next =
    rows.rows.length > limit && last ? { next: `${last.createdAt}|${last.inspection}` } : {}
  return { items, tally: tallyOf(tally.rows), ...next }
}

/** As many as a line of a list shows; the inspection itself has all. */
const MOST_TESTS = 10

const filterSql = `($1::text is null or i.item = $1) and ($2::text is null or i.supplier = $2)
  and ($3::text is null or i.lot = $3) and ($4::text is null or i.operation = $4)
  and ($5::text is null or i.location = $5)`

function placeOf(cursor: string | undefined): readonly [string | null, string | null] {
  if (cursor === undefined) return [null, null]
  const [createdAt = '', id = ''] = cursor.split('|')
  if (!Number.isNaN(Date.parse(createdAt)) && id !== '') return [createdAt, id]
  throw new Refusal('CURSOR_INVALID', 'The cursor is none of this list: begin without one.')
}

function tallyOf(rows: readonly TallyRow[]) {
  const of = (state: InspectionState) => rows.find((row) => row.state === state)?.count ?? 0
  return {
    open: of('open'),
    inProgress: of('in-progress'),
    awaitingDecision: of('awaiting-decision'),
    overdue: rows.reduce((sum, { overdue }) => sum + overdue, 0),
  }
}
