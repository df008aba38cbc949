import type { Context } from '@signalbox/sdk'
import { suggestionOf } from './decided.ts'
import type { DecisionLine } from './decision.ts'
import { decisionReads, requireInspection, seenOf } from './decision-store.ts'
import type { PlannedRow } from './inspection-row.ts'
import { summaryOf, testShown } from './inspection-summary.ts'
import type { Measurement } from './result.ts'

interface InspectionInput {
  readonly inspection: string
  readonly limit?: number
  /** Of measurements: the `next` of the page before. */
  readonly cursor?: string
}

interface DecisionRow {
  readonly id: string
  readonly lines: readonly DecisionLine[]
  readonly reasonCode: string
  readonly reasonText: string
  readonly isAutomatic: boolean
  readonly by: string
  readonly at: string
}

type MeasurementRow = Measurement & { readonly recordedAt: string; readonly recordedBy: string }

type Series = Parameters<typeof seenOf>[1]
type Read = [
  PlannedRow,
  Series['switching'][number],
  NonNullable<Series['standing']>,
  NonNullable<Series['screened']>,
  Series['serials'][number],
  NonNullable<Series['others']>,
  MeasurementRow,
  DecisionRow,
  { readonly bucket: string; readonly serials: readonly string[] },
]

/** All about an inspection: its plan and tests, who measured what, what was decided and why. */
export async function inspection(input: InspectionInput, ctx: Context) {
  const { limit = 50, cursor = '' } = input
  const [row, switching, standing, screened, , , measured, decisions, serials] =
    await ctx.db.transaction<Read>([
      ...decisionReads(input.inspection, []),
      { sql: measurementsRead, parameters: [input.inspection, cursor, limit + 1] },
      { sql: decisionsRead, parameters: [input.inspection] },
      { sql: serialsRead, parameters: [input.inspection] },
    ])
  const seen = seenOf(requireInspection(row.rows, input.inspection), {
    switching: switching.rows,
    standing: standing.rows[0],
    screened: screened.rows[0],
    serials: [],
    others: undefined,
  })
  const items = measured.rows.slice(0, limit)
  const next = measured.rows.length > limit ? items.at(-1)?.id : undefined
  const { definition, decidedAt, orders, purchaseOrder, location, document } = seen.row
  return {
    ...summaryOf(seen.row),
    document,
    location,
    purchaseOrder,
    orders,
    decidedAt,
    definition,
    tests: seen.row.tests.map(testShown),
    suggestion: suggestionOf(seen),
    decisions: decisions.rows,
    serials: Object.fromEntries(serials.rows.map((group) => [group.bucket, group.serials])),
    measurements: items.map(measurementShown),
    ...(next === undefined ? {} : { next }),
  }
}

function measurementShown(row: MeasurementRow) {
  const { id, characteristic, sample, ordinal, inspected, value, conforming, defects } = row
  const { enteredValue, enteredUnit, gauge, gaugeWasOverdue, operator, measuredAt } = row
  const { recordedAt, recordedBy, photos, corrects, reason } = row
  return {
    ...{ id, characteristic, sample, ordinal, inspected, value, conforming, defects },
    ...{ enteredValue, enteredUnit, gauge, gaugeWasOverdue, operator, measuredAt },
    ...{ recordedAt, recordedBy, photos, corrects, reason },
  }
}

const measurementsRead = `select m.id, m.characteristic, m.sample, m.ordinal, m.inspected, m.value,
    m.entered_value as "enteredValue", m.entered_unit as "enteredUnit", m.conforming, m.defects, m.gauge,
    m.gauge_was_overdue as "gaugeWasOverdue", m.operator, m.measured_at as "measuredAt",
    m.recorded_at as "recordedAt", m.recorded_by as "recordedBy", m.photos, m.corrects, m.reason
  from measurements m where m.inspection = $1 and m.id > $2 order by m.id limit $3`

const decisionsRead = `select id, lines, reason_code as "reasonCode", reason_text as "reasonText",
    is_automatic as "isAutomatic", decided_by as by, decided_at as at
  from inspection_decisions where inspection = $1 order by decided_at, id limit 200`

const serialsRead = `select bucket, array_agg(serial order by serial) as serials
  from inspection_serials where inspection = $1 group by bucket`
