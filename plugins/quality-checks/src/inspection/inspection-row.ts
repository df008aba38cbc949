import type { Quantities } from '../lots/quantities.ts'
import type { InspectionState } from './inspection-states.ts'
import type { InspectionTest } from './inspection-test.ts'
import type { PlanDefinition } from './plan-definition.ts'

export type Origin = 'receipt' | 'production' | 'manual' | 'rework'

/** One arrival of a lot, and how it is inspected. */
export interface InspectionRow extends Quantities {
  readonly inspection: string
  readonly lot: string
  readonly origin: Origin
  readonly document: string
  readonly line: string
  readonly arrivedAt: string
  readonly item: string
  readonly supplier: string
  readonly operation: string
  readonly location: string | null
  readonly purchaseOrder: string | null
  /** Customer orders that wait for it. */
  readonly orders: readonly string[]
  readonly unit: string
  readonly quantity: number
  /** Of it, what was rejected, reworked, and went on into inspections of its own. */
  readonly reworked: number
  /** How many serial numbers it came with; 0: its items have none. */
  readonly serials: number
  readonly plan: string | null
  readonly planVersion: number | null
  readonly state: InspectionState
  readonly wasInspected: boolean
  readonly tests: readonly InspectionTest[]
  readonly isCounted: boolean
  readonly revision: number
  readonly createdAt: string
  readonly dueAt: string | null
  readonly decidedAt: string | null
}

export type PlannedRow = InspectionRow & { readonly definition: PlanDefinition | null }

/** As `select` gives an InspectionRow; `i` is the table. */
export const inspectionColumns = `i.inspection, i.lot, i.origin, i.document, i.line,
  i.arrived_at as "arrivedAt", i.item, i.supplier, i.operation, i.location, i.purchase_order as "purchaseOrder",
  i.orders, i.unit, i.quantity::float8 as quantity, i.pending::float8 as pending,
  i.on_hold::float8 as hold, i.accepted::float8 as accepted, i.rejected::float8 as rejected,
  i.reworked::float8 as reworked, i.serials,
  i.plan, i.plan_version as "planVersion", i.state, i.was_inspected as "wasInspected", i.tests,
  i.is_counted as "isCounted", i.revision, i.created_at as "createdAt", i.due_at as "dueAt",
  i.decided_at as "decidedAt"`
