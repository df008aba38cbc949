import type { Context } from '@signalbox/sdk'
import { gradeOf } from '../inspection/decision-store.ts'
import { type InspectionRow, inspectionColumns } from '../inspection/inspection-row.ts'
import type { DefectClass } from '../inspection/plan-definition.ts'
import type { State } from '../nonconformities/lifecycle.ts'

type Port = Pick<Context, 'db'>

/** More arrivals than this of one lot are no lot. */
const MOST_ARRIVALS = 200

/** The arrivals of a lot, newest first. */
export async function findArrivals({ db }: Port, lot: string): Promise<readonly InspectionRow[]> {
  const { rows } = await db.query<InspectionRow>(
    `select ${inspectionColumns} from inspections i where i.lot = $1
      order by i.arrived_at desc, i.inspection limit $2`,
    [lot, MOST_ARRIVALS],
  )
  return rows
}

export async function findInspection(
  { db }: Port,
  inspection: string,
): Promise<InspectionRow | undefined> {
  const { rows } = await db.query<InspectionRow>(
    `select ${inspectionColumns} from inspections i where i.inspection = $1`,
    [inspection],
  )
  return rows[0]
}

/** Those that were not cancelled at one operation; without a name at the newest, where the lot is now. */
export function standingArrivals(
  rows: readonly InspectionRow[],
  operation?: string,
): readonly InspectionRow[] {
  const standing = rows.filter(({ state }) => state !== 'cancelled')
  const at = operation ?? standing[0]?.operation
  return standing.filter((row) => row.operation === at)
}

interface LotNonconformity {
  readonly id: string
  readonly number: string
  readonly state: State
  readonly severity: DefectClass
}

/** What was opened for a lot, the newest first. */
export async function findNonconformities(
  { db }: Port,
  lot: string,
): Promise<readonly LotNonconformity[]> {
  const { rows } = await db.query<LotNonconformity>(
    `select id, number, state, severity from nonconformities where lot = $1
      order by opened_at desc, id desc limit 50`,
    [lot],
  )
  return rows
}

export type OrderedRow = InspectionRow & { readonly grade: string | null }

/** What is there, or was, for a customer order or of a purchase order. */
export async function findOfOrder({ db }: Port, order: string): Promise<readonly OrderedRow[]> {
  const { rows } = await db.query<OrderedRow>(
    `select ${inspectionColumns}, ${gradeOf('i.supplier')} as grade from inspections i
      where (i.orders @> array[$1]::text[] or i.purchase_order = $1) and i.state <> 'cancelled'
      order by i.arrived_at desc, i.inspection limit $2`,
    [order, MOST_ARRIVALS],
  )
  return rows
}
