import type { Context, Statement } from '@signalbox/sdk'
import { gradeOf } from '../inspection/decision-store.ts'
import { type InspectionRow, inspectionColumns } from '../inspection/inspection-row.ts'
import { type CandidatePlan, fittingPlans } from '../inspection/plan-store.ts'
import { type Series, type SwitchingRow, switchingColumns } from '../inspection/switching.ts'
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

interface StandingRow {
  readonly grade: string | null
  readonly state: SkipLotState | null
  readonly revision: number | null
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

type Read = [InspectionRow, LotRow, CandidatePlan, SwitchingRow, StandingRow, Quantities]

/** All that an arrival is planned from, in one host call. */
export async function readForArrival({ db }: Port, arrival: LotArrival): Promise<SeenArrival> {
  const [known, lot, plans, switching, standing, others] = await db.transaction<Read>(
    arrivalReads(arrival),
  )
  const { grade = null, state = null, revision = null } = standing.rows[0] ?? {}
  return {
    known: known.rows[0],
    lot: lot.rows[0],
    plans: plans.rows,
    series: {
      switching: switching.rows,
      skipLot: state === null ? null : { state, revision: revision ?? 0 },
      grade,
    },
    others: others.rows[0] ?? { pending: 0, hold: 0, accepted: 0, rejected: 0 },
  }
}

function arrivalReads(arrival: LotArrival): readonly Statement[] {
  const { origin, document, line, lot, arrivedAt, item, supplier, operation, event } = arrival
  return [
    {
      sql: `select ${inspectionColumns} from inspections i
        where (i.origin = $1 and i.document = $2 and i.lot = $3 and i.line = $4 and i.arrived_at = $5)
           or (i.event_source = $6 and i.event_id = $7)`,
      parameters: [
        origin,
        document,
        lot,
        line,
        arrivedAt,
        event?.source ?? null,
        event?.id ?? null,
      ],
    },
    { sql: 'select item, supplier, unit from lots where lot = $1', parameters: [lot] },
    fittingPlans({ item, supplier, operation }),
    {
      sql: `select ${switchingColumns} from switching_states where supplier = $1 and item = $2`,
      parameters: [supplier, item],
    },
    {
      sql: `select ${gradeOf('$1')} as grade, s.state, s.revision
        from (select 1) one left join skip_lot_states s on s.supplier = $1 and s.item = $2`,
      parameters: [supplier, item],
    },
    {
      sql: `select coalesce(sum(pending), 0)::float8 as pending, coalesce(sum(on_hold), 0)::float8 as hold,
          coalesce(sum(accepted), 0)::float8 as accepted, coalesce(sum(rejected), 0)::float8 as rejected
        from inspections where lot = $1 and operation = $2 and state <> 'cancelled'`,
      parameters: [lot, operation],
    },
  ]
}

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
  event: LotArrival['event'],
): Statement {
  return {
    sql: `insert into inspections (tenant, inspection, lot, origin, document, line, arrived_at, event_source, event_id, item,
        supplier, operation, location, purchase_order, orders, unit, quantity, pending, on_hold, accepted, rejected, serials,
        plan, plan_version, state, was_inspected, tests, is_counted, revision, created_at, due_at, decided_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)`,
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
