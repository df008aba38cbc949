import type { Context } from '@signalbox/sdk'
import { gradeOf, quantitiesIn } from '../inspection/decision-store.ts'
import { type InspectionRow, inspectionColumns } from '../inspection/inspection-row.ts'
import type { DefectClass } from '../inspection/plan-definition.ts'
import type { State } from '../nonconformities/lifecycle.ts'
import type { Quantities } from './quantities.ts'

type Port = Pick<Context, 'db'>

/** As many as are shown of a lot, or weighed for an order, one by one. */
const MOST_ARRIVALS = 200

/** Where a lot is now: the operation of its newest arrival that stands. */
const placeNow = `(select n.operation from inspections n where n.lot = $1 and n.state <> 'cancelled'
  order by n.arrived_at desc, n.inspection limit 1)`

export interface StandingLot {
  /** The newest first, and no more than are shown. */
  readonly arrivals: readonly InspectionRow[]
  /** Of all arrivals, however many: goods that are completed piece by piece are one lot of thousands. */
  readonly quantities: Quantities
}

/** What stands of a lot at an operation; without a name where the lot is now. */
export async function findStanding(
  { db }: Port,
  lot: string,
  operation: string | null,
): Promise<StandingLot> {
  const { rows } = await db.query<InspectionRow & { readonly all: Quantities }>(
    `select ${inspectionColumns}, ${quantitiesIn('o.lot = i.lot and o.operation = i.operation')} as "all"
       from inspections i
      where i.lot = $1 and i.operation = coalesce($2, ${placeNow}) and i.state <> 'cancelled'
      order by i.arrived_at desc, i.inspection limit $3`,
    [lot, operation, MOST_ARRIVALS],
  )
  const [newest] = rows
  const arrivals = rows.map(({ all: _, ...row }) => row)
  return { arrivals, quantities: newest?.all ?? nothing }
}

const nothing: Quantities = { pending: 0, hold: 0, accepted: 0, rejected: 0 }

/** Arrivals of a lot, where it is now, that something is accepted or pending of and that a decision does not know yet. */
export async function findUnwarned(
  { db }: Port,
  lot: string,
  decision: string,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await db.query<{ inspection: string }>(
    `select i.inspection from inspections i
      where i.lot = $1 and i.operation = ${placeNow} and i.state <> 'cancelled' and i.accepted + i.pending > 0
        and not exists (select from inspection_decisions d where d.inspection = i.inspection and d.id = $2)
      order by i.arrived_at desc, i.inspection limit $3`,
    [lot, decision, limit],
  )
  return rows.map(({ inspection }) => inspection)
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
