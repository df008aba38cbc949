import type { Context } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import { pageOf, parsePlace, writePlace } from '../calls/page-place.ts'
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
/** Written out, as the index of what is undecided is: a parameter would read what was decided in all years. */
const undecidedSql = `i.state in (${undecided.map((state) => `'${state}'`).join(', ')})`

interface TallyRow {
  readonly state: InspectionState
  readonly count: number
  readonly overdue: number
}

/** Inspections that wait for somebody, the newest first, with how many there are in each state. */
export async function worklist(input: WorklistInput, ctx: Context) {
  const { states = undecided, limit = 50 } = input
  const { item = null, supplier = null, lot = null, operation = null, location = null } = input
  const overdueAt = input.overdue === true ? nowText(ctx) : null
  const place = input.cursor === undefined ? null : parsePlace(input.cursor)
  const filters = [item, supplier, lot, operation, location]
  const isUndecided = states.every((state) => undecided.includes(state))
  const [rows, tally] = await ctx.db.transaction<[InspectionRow, TallyRow]>([
    {
      sql: `select ${inspectionColumns} from inspections i
        where ${filterSql} and i.state = any($6::text[]) ${isUndecided ? `and ${undecidedSql}` : ''}
          and ($7::timestamptz is null or (i.pending + i.on_hold > 0 and i.due_at < $7))
          and ($8::timestamptz is null or (i.created_at, i.inspection) < ($8, $9))
        order by i.created_at desc, i.inspection desc limit $10`,
      parameters: [...filters, states, overdueAt, place?.at ?? null, place?.id ?? null, limit + 1],
    },
    {
      sql: `select i.state, count(*)::integer as count, count(*) filter (where i.due_at < $6)::integer as overdue
        from inspections i where ${filterSql} and ${undecidedSql} group by i.state`,
      parameters: [...filters, nowText(ctx)],
    },
  ])
  const cursorOf = ({ createdAt, inspection }: InspectionRow) =>
    writePlace({ at: createdAt, id: inspection })
  const page = pageOf(rows.rows, limit, cursorOf, (row) => ({
    ...summaryOf(row),
    tests: row.tests.slice(0, MOST_TESTS).map(testShown),
  }))
  return { ...page, tally: tallyOf(tally.rows) }
}

/** As many as a line of a list shows; the inspection itself has all. */
const MOST_TESTS = 10

const filterSql = `($1::text is null or i.item = $1) and ($2::text is null or i.supplier = $2)
  and ($3::text is null or i.lot = $3) and ($4::text is null or i.operation = $4)
  and ($5::text is null or i.location = $5)`

function tallyOf(rows: readonly TallyRow[]) {
  const of = (state: InspectionState) => rows.find((row) => row.state === state)?.count ?? 0
  return {
    open: of('open'),
    inProgress: of('in-progress'),
    awaitingDecision: of('awaiting-decision'),
    overdue: rows.reduce((sum, { overdue }) => sum + overdue, 0),
  }
}
