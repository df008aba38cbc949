import type { Context, Statement } from '@signalbox/sdk'
import { instantText } from '../calls/instant-text.ts'
import { gradeOf, quantitiesIn, switchingOf } from '../inspection/decision-store.ts'
import { type InspectionRow, inspectionColumns } from '../inspection/inspection-row.ts'
import { type CandidatePlan, fittingPlans } from '../inspection/plan-store.ts'
import type { Series, SwitchingRow } from '../inspection/switching.ts'
import type { SkipLotState } from '../sampling/skip-lot.ts'
import type { LotArrival } from './lot-arrival.ts'
import type { History } from './plan-arrival.ts'
import type { Quantities } from './quantities.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export interface LotRow {
  readonly item: string
  readonly supplier: string
  readonly unit: string
}

export interface SeenArrival {
  /** The same arrival, known before. */
  readonly known: InspectionRow | undefined
  readonly lot: LotRow | undefined
  readonly plans: readonly CandidatePlan[]
  readonly series: Series
  /** What the lot has of other arrivals at the operation. */
  readonly others: Quantities
}

interface ArrivalRow {
  readonly known: InspectionRow | null
  readonly lot: LotRow | null
  readonly plans: readonly CandidatePlan[]
  readonly switching: readonly SwitchingRow[]
  readonly skipState: SkipLotState | null
  readonly skipRevision: number | null
  readonly grade: string | null
  readonly others: Quantities
}

/** All that an arrival is planned from, in one plain read: a host prepares those once. */
export async function readForArrival({ db }: Port, arrival: LotArrival): Promise<SeenArrival> {
  const { origin, document, line, lot, arrivedAt, item, supplier, operation, event } = arrival
  const { rows } = await db.query<ArrivalRow>(arrivalRead, [
    origin,
    document,
    lot,
    line,
    arrivedAt,
    event?.source ?? null,
    event?.id ?? null,
    item,
    supplier,
    operation,
  ])
  const [row] = rows
  if (row === undefined) throw new Error('a select without a table answers one row')
  const { known, plans, switching, skipState, skipRevision, grade, others } = row
  const skipLot = skipState === null ? null : { state: skipState, revision: skipRevision ?? 0 }
  return {
    known: known === null ? undefined : withInstants(known),
    lot: row.lot ?? undefined,
    plans,
    series: { switching, skipLot, grade },
    others,
  }
}

/** Within JSON PostgreSQL writes instants in a form of its own. */
function withInstants(row: InspectionRow): InspectionRow {
  const { arrivedAt, createdAt, dueAt, decidedAt } = row
  return {
    ...row,
    arrivedAt: instantText(arrivedAt),
    createdAt: instantText(createdAt),
    dueAt: dueAt === null ? null : instantText(dueAt),
    decidedAt: decidedAt === null ? null : instantText(decidedAt),
  }
}

const arrivalRead = `select
  (select to_jsonb(v) from (select ${inspectionColumns} from inspections i
     where (i.origin = $1 and i.document = $2 and i.lot = $3 and i.line = $4 and i.arrived_at = $5)
        or (i.event_source = $6 and i.event_id = $7) limit 1) v) as known,
  (select jsonb_build_object('item', l.item, 'supplier', l.supplier, 'unit', l.unit) from lots l where l.lot = $3) as lot,
  ${fittingPlans('$8', '$9', '$10')} as plans,
  ${switchingOf('$9', '$8')} as switching,
  (select k.state from skip_lot_states k where k.supplier = $9 and k.item = $8) as "skipState",
  (select k.revision from skip_lot_states k where k.supplier = $9 and k.item = $8) as "skipRevision",
  ${gradeOf('$9')} as grade,
  ${quantitiesIn('o.lot = $3 and o.operation = $10')} as others`

/** Asked for only where the plan's frequency looks back. */
export async function readHistory(
  { db }: Port,
  plan: string,
  { item, supplier }: LotArrival,
): Promise<History> {
  const { rows } = await db.query<History>(
    `select count(*)::integer as lots, max(created_at) filter (where was_inspected) as "lastInspectedAt"
       from inspections where plan = $1 and item = $2 and supplier = $3`,
    [plan, item, supplier],
  )
  return rows[0] ?? { lots: 0, lastInspectedAt: null }
}

/** A lot is of one item, supplier and unit: who made it another meanwhile undoes everything. */
export function lotStatement(tenant: string, arrival: LotArrival, at: string): Statement {
  const { lot, item, supplier, unit } = arrival
  return {
    sql: `insert into lots (tenant, lot, item, supplier, unit, created_at) values ($1, $2, $3, $4, $5, $6)
      on conflict (tenant, lot) do update set unit = excluded.unit
      where lots.item = excluded.item and lots.supplier = excluded.supplier and lots.unit = excluded.unit`,
    parameters: [tenant, lot, item, supplier, unit, at],
    rows: 1,
  }
}

export function inspectionStatement(
  tenant: string,
  row: InspectionRow,
  { event, measured }: Pick<LotArrival, 'event' | 'measured'>,
): Statement {
  return {
    sql: `insert into inspections (tenant, inspection, lot, origin, document, line, arrived_at, event_source, event_id, item,
        supplier, operation, location, purchase_order, orders, unit, quantity, pending, on_hold, accepted, rejected, serials,
        plan, plan_version, state, was_inspected, tests, is_counted, revision, created_at, due_at, decided_at,
        supplier_measured)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)`,
    parameters: [
      tenant,
      row.inspection,
      row.lot,
      row.origin,
      row.document,
      row.line,
      row.arrivedAt,
      event?.source ?? null,
      event?.id ?? null,
      row.item,
      row.supplier,
      row.operation,
      row.location,
      row.purchaseOrder,
      row.orders,
      row.unit,
      row.quantity,
      row.pending,
      row.hold,
      row.accepted,
      row.rejected,
      row.serials,
      row.plan,
      row.planVersion,
      row.state,
      row.wasInspected,
      JSON.stringify(row.tests),
      row.isCounted,
      row.revision,
      row.createdAt,
      row.dueAt,
      row.decidedAt,
      JSON.stringify(measured),
    ],
  }
}

export function serialsStatement(
  tenant: string,
  { inspection, accepted }: InspectionRow,
  serials: readonly string[],
): Statement {
  return {
    sql: 'insert into inspection_serials (tenant, inspection, serial, bucket) select $1, $2, s, $4 from unnest($3::text[]) s',
    parameters: [tenant, inspection, serials, accepted > 0 ? 'accepted' : 'pending'],
  }
}
