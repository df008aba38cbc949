import type { Context } from '@signalbox/sdk'
import { gradeOf } from '../inspection/decision-store.ts'
import { type InspectionRow, inspectionColumns } from '../inspection/inspection-row.ts'

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
