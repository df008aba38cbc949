import type { Context, Statement } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { again } from '../calls/again.ts'
import { POLICY } from '../inspection/automatic-decision.ts'
import { choosePlan } from '../inspection/choose-plan.ts'
import { decisionStatement } from '../inspection/decided.ts'
import {
  createdEvent,
  decidedEvents,
  type EventWish,
  heldEvent,
} from '../inspection/inspection-events.ts'
import type { InspectionRow } from '../inspection/inspection-row.ts'
import { schemesOf } from '../inspection/plan-schemes.ts'
import { settingsOf } from '../inspection/settings.ts'
import {
  inspectionStatement,
  lotStatement,
  readForArrival,
  readHistory,
  type SeenArrival,
  serialsStatement,
} from './arrival-store.ts'
import { contributedFor } from './contributed-plan.ts'
import type { LotArrival } from './lot-arrival.ts'
import { type PlannedArrival, planArrival } from './plan-arrival.ts'
import { type Quantities, together, totalOf } from './quantities.ts'

/** Makes the inspection of an arrival, with its hold or release in one transaction; of one that is known, nothing. */
export function receiveLot(arrival: LotArrival, ctx: Context): Promise<InspectionRow> {
  return again(async () => {
    const seen = await readForArrival(ctx, arrival)
    if (seen.known !== undefined) return requireSame(seen.known, arrival)
    requireLot(seen, arrival)
    const planned = await plannedArrival(arrival, inspectionId(arrival, ctx), seen, ctx)
    const { row, statements, events } = arrivalWrites(arrival, planned, seen.others, ctx.tenant)
    await ctx.db.transaction(statements, { events })
    return row
  })
}

type Planned = PlannedArrival & Pick<ArrivalWrites, 'statements'>

/** By the plan that fits, of the tenant or of another plugin. */
export async function plannedArrival(
  arrival: LotArrival,
  inspection: string,
  { plans, series }: SeenArrival,
  ctx: Context,
): Promise<Planned> {
  const own = choosePlan(plans, arrival)
  const contributed = own === undefined ? await contributedFor(arrival, ctx) : undefined
  const plan = own ?? contributed?.plan
  const isPeriodic = plan?.definition.frequency.kind === 'periodic'
  const history =
    plan !== undefined && isPeriodic
      ? await readHistory(ctx, plan.plan, arrival)
      : { lots: 0, lastInspectedAt: null }
  const schemes = await schemesOf(ctx, plan?.definition ?? null)
  const planned = planArrival(
    arrival,
    inspection,
    { plan, series, history, schemes },
    { settings: settingsOf(ctx), now: ctx.now(), draw: () => ctx.random() },
  )
  return { ...planned, statements: contributed?.statements ?? [] }
}

/** Made of the business key, so that the same arrival has the same inspection wherever it is told. */
function inspectionId(
  { origin, document, line, lot, arrivedAt }: LotArrival,
  ctx: Context,
): string {
  const key = JSON.stringify([origin, document, lot, line, arrivedAt])
  return `insp-${ctx.hash('SHA-256', key).slice(0, 20)}`
}

/** Told once more with other words it is no duplicate, and nobody knows which is right. */
function requireSame(known: InspectionRow, arrival: LotArrival): InspectionRow {
  const { quantity, unit, item, supplier, lot } = arrival
  const isSame =
    known.quantity === quantity &&
    known.unit === unit &&
    known.item === item &&
    known.supplier === supplier &&
    known.lot === lot
  if (isSame) return known
  throw new Refusal(
    'ARRIVAL_CONFLICT',
    `${arrival.document} was told before as ${known.quantity} ${known.unit} of ${known.item} in lot ${known.lot}: correct it at its source under a new document.`,
  )
}

function requireLot({ lot }: SeenArrival, arrival: LotArrival): void {
  if (lot === undefined) return
  const { item, supplier, unit } = arrival
  if (lot.item === item && lot.supplier === supplier && lot.unit === unit) return
  throw new Refusal(
    'LOT_CONFLICT',
    `Lot ${arrival.lot} is known as ${lot.item} of ${lot.supplier || 'own production'} in ${lot.unit}: one lot is of one item, supplier and unit.`,
  )
}

/** What an arrival writes, and what it tells. */
export interface ArrivalWrites {
  readonly row: InspectionRow
  readonly statements: readonly Statement[]
  readonly events: readonly EventWish[]
}

/** @param others the other arrivals of the lot at the same operation */
export function arrivalWrites(
  arrival: LotArrival,
  { row: planned, reason, isReleased, ...plan }: Planned,
  others: Quantities,
  tenant: string,
): ArrivalWrites {
  const at = planned.createdAt
  const row = isReleased ? releasedAtOnce(planned) : planned
  const lot = together([row, others])
  const statements = [
    ...plan.statements,
    lotStatement(tenant, arrival, at),
    inspectionStatement(tenant, row, arrival),
    ...(arrival.serials.length > 0 ? [serialsStatement(tenant, row, arrival.serials)] : []),
  ]
  if (!isReleased) {
    const held = heldEvent(row, row.quantity, { reason, by: 'arrival', at, lot })
    return { row, statements, events: [held, createdEvent(row, at)] }
  }
  const decision = {
    id: POLICY,
    lines: [{ from: 'pending', to: 'accepted', quantity: row.quantity } as const],
    reason: { code: reason.code, text: reason.text.en },
    isAutomatic: true,
    by: POLICY,
    at,
  }
  const facts = { ...decision, decision: POLICY, row, tests: [], lot, lotQuantity: totalOf(lot) }
  return {
    row,
    statements: [...statements, decisionStatement(tenant, row.inspection, decision)],
    events: [createdEvent(row, at), ...decidedEvents(facts)],
  }
}

function releasedAtOnce(row: InspectionRow): InspectionRow {
  const { quantity, createdAt } = row
  return { ...row, pending: 0, accepted: quantity, state: 'decided', decidedAt: createdAt }
}
