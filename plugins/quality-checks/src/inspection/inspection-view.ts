import type { Context } from '@signalbox/sdk'
import { instantText } from '../calls/instant-text.ts'
import { pageOf } from '../calls/page-place.ts'
import { type LaboratoryEvidence, laboratoryEvidence } from '../laboratories/laboratory-evidence.ts'
import type { SupplierMeasurement } from '../lots/lot-arrival.ts'
import { suggestionOf } from './decided.ts'
import type { DecisionLine } from './decision.ts'
import {
  requireInspection,
  type SeenRow,
  seenColumns,
  seenOf,
  seenTables,
} from './decision-store.ts'
import { summaryOf, testShown } from './inspection-summary.ts'
import type { Measurement } from './result.ts'
import { besideOurs } from './supplier-values.ts'

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

type ViewRow = SeenRow & {
  readonly measured: readonly MeasurementRow[]
  readonly decisions: readonly DecisionRow[]
  readonly laboratory: readonly LaboratoryEvidence[]
  readonly supplierMeasured: readonly SupplierMeasurement[]
  readonly serialGroups: Readonly<Record<string, readonly string[]>>
}

/** All about an inspection: its plan and tests, who measured what, what was decided and why. */
export async function inspection(input: InspectionInput, ctx: Context) {
  const { limit = 50, cursor = '' } = input
  const { rows } = await ctx.db.query<ViewRow>(
    `select ${seenColumns}, false as "isDecided", ${measurementsRead} as measured, ${decisionsRead} as decisions,
        ${serialsRead} as "serialGroups", ${laboratoryEvidence('i.lot')} as laboratory,
        i.supplier_measured as "supplierMeasured"
      ${seenTables} where i.inspection = $1`,
    [input.inspection, [], cursor, limit + 1],
  )
  const { measured, decisions, serialGroups, laboratory, supplierMeasured, ...all } =
    requireInspection(rows, input.inspection)
  const seen = seenOf(all)
  const page = pageOf(measured, limit, ({ id }) => id, measurementShown)
  const { definition, decidedAt, orders, purchaseOrder, location, document, reworked } = seen.row
  return {
    ...summaryOf(seen.row),
    document,
    location,
    purchaseOrder,
    orders,
    reworked,
    decidedAt,
    definition,
    tests: seen.row.tests.map(testShown),
    suggestion: suggestionOf(seen),
    decisions: decisions.map((row) => ({ ...row, at: instantText(row.at) })),
    serials: serialGroups,
    supplierMeasured: supplierMeasured.map((one) => besideOurs(definition, one)),
    laboratory: laboratory.map((one) => ({ ...one, reportedAt: instantText(one.reportedAt) })),
    measurements: page.items,
    ...(page.next === undefined ? {} : { next: page.next }),
  }
}

function measurementShown(row: MeasurementRow) {
  const { id, characteristic, sample, ordinal, inspected, value, conforming, defects } = row
  const { enteredValue, enteredUnit, gauge, gaugeWasOverdue, operator } = row
  const { recordedBy, photos, corrects, reason } = row
  return {
    ...{ id, characteristic, sample, ordinal, inspected, value, conforming, defects },
    ...{ enteredValue, enteredUnit, gauge, gaugeWasOverdue, operator },
    ...{ recordedBy, photos, corrects, reason },
    measuredAt: instantText(row.measuredAt),
    recordedAt: instantText(row.recordedAt),
  }
}

const measurementsRead = `(select coalesce(jsonb_agg(v), '[]') from (
  select m.id, m.characteristic, m.sample, m.ordinal, m.inspected, m.value,
    m.entered_value as "enteredValue", m.entered_unit as "enteredUnit", m.conforming, m.defects, m.gauge,
    m.gauge_was_overdue as "gaugeWasOverdue", m.operator, m.measured_at as "measuredAt",
    m.recorded_at as "recordedAt", m.recorded_by as "recordedBy", m.photos, m.corrects, m.reason
  from measurements m where m.inspection = i.inspection and m.id > $3 order by m.id limit $4) v)`

const decisionsRead = `(select coalesce(jsonb_agg(v), '[]') from (
  select d.id, d.lines, d.reason_code as "reasonCode", d.reason_text as "reasonText",
    d.is_automatic as "isAutomatic", d.decided_by as by, d.decided_at as at
  from inspection_decisions d where d.inspection = i.inspection order by d.decided_at, d.id limit 200) v)`

const serialsRead = `(select coalesce(jsonb_object_agg(v.bucket, v.serials), '{}') from (
  select n.bucket, jsonb_agg(n.serial order by n.serial) as serials
  from inspection_serials n where n.inspection = i.inspection group by n.bucket) v)`
