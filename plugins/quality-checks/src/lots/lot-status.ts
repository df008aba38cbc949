import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { defectsOf, severityOf } from '../inspection/inspection-events.ts'
import type { InspectionRow } from '../inspection/inspection-row.ts'
import { testShown } from '../inspection/inspection-summary.ts'
import { lotState } from './lot-states.ts'
import { findNonconformities, findStanding } from './lot-store.ts'
import { totalOf } from './quantities.ts'

interface LotStatusInput {
  readonly lot: string
  /** Of a lot that goes through several: which; the newest, when left out. */
  readonly operation?: string
}

/** What the stock may do with a lot. */
export async function lotStatus(input: LotStatusInput, ctx: Context) {
  const { arrivals, quantities } = await findStanding(ctx, input.lot, input.operation ?? null)
  const [newest] = arrivals
  if (newest === undefined) {
    throw new Refusal(
      'LOT_UNKNOWN',
      `Nothing of lot ${input.lot} has arrived there: it is not to be used.`,
    )
  }
  const tests = arrivals.flatMap((row) => row.tests)
  return {
    lot: newest.lot,
    item: newest.item,
    supplier: newest.supplier === '' ? null : newest.supplier,
    operation: newest.operation,
    state: lotState(quantities),
    quantity: totalOf(quantities),
    unit: newest.unit,
    decidedQty: quantities,
    severity: tests.length === 0 ? null : severityOf(tests),
    plan: newest.plan === null ? null : { plan: newest.plan, version: newest.planVersion },
    sampling: newest.tests.map(testShown),
    defects: defectsOf(tests),
    nonconformities: await findNonconformities(ctx, input.lot),
    inspections: arrivals.map(headOf),
  }
}

function headOf({ inspection, state, quantity, arrivedAt }: InspectionRow) {
  return { inspection, state, quantity, arrivedAt }
}
