import type { Context, Statement } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { requireRevision } from '../inspection/decide.ts'
import { decisionStatement, type Seen, savedStatement } from '../inspection/decided.ts'
import { readForDecision } from '../inspection/decision-store.ts'
import type { InspectionRow, PlannedRow } from '../inspection/inspection-row.ts'
import { nextInspectionState } from '../inspection/inspection-states.ts'
import { summaryOf, testShown } from '../inspection/inspection-summary.ts'
import { isJudged } from '../inspection/inspection-test.ts'
import { requireSerials } from '../inspection/serial-lines.ts'
import { readForArrival } from './arrival-store.ts'
import type { LotArrival } from './lot-arrival.ts'
import { findInspection } from './lot-store.ts'
import { minus, requireQuantity, sumOf } from './quantities.ts'
import { arrivalWrites, plannedArrival } from './receive-lot.ts'

interface ReinspectInput {
  readonly inspection: string
  /** Made by the client: the same sent twice is one. Without it the second one is stale. */
  readonly id?: string
  readonly revision: number
  readonly quantity: number
  /** Of a lot with serial numbers: those that were reworked; none where all that is rejected was. */
  readonly serials?: readonly string[]
  /** What was done to the goods. */
  readonly reason: string
}

/**
 * A new inspection of what was rejected and reworked. The quantity goes over to it, so that a lot never has more than
 * arrived; what the first inspection found stays with it, and the switching rules count the new one nowhere.
 */
export function reinspect(input: ReinspectInput, ctx: Context) {
  return again(async () => {
    const line = input.id ?? `revision-${input.revision}`
    const key = JSON.stringify(['rework', input.inspection, line])
    const id = `insp-${ctx.hash('SHA-256', key).slice(0, 20)}`
    const known = input.id === undefined ? undefined : await findInspection(ctx, id)
    return shown(known ?? (await kept({ ...input, id: line }, id, ctx)))
  })
}

function shown(row: InspectionRow) {
  return { ...summaryOf(row), tests: row.tests.map(testShown) }
}

async function kept(
  input: ReinspectInput & { readonly id: string },
  id: string,
  ctx: Context,
): Promise<InspectionRow> {
  const { inspection, revision, serials = [], reason } = input
  const seen = await readForDecision(ctx, inspection, serials, '')
  requireRevision(seen.row, revision)
  const quantity = requireRejected(seen, input)
  const { row: before } = seen
  const after = { ...before, ...movedOn(before, quantity), revision: before.revision + 1 }
  const arrival = reworkOf(before, { ...input, quantity, at: nowText(ctx) })
  const found = await readForArrival(ctx, arrival)
  const others = { ...found.others, rejected: minus(found.others.rejected, quantity) }
  const planned = await plannedArrival(arrival, id, found, ctx)
  const row = { ...planned.row, serials: before.serials === 0 ? 0 : quantity }
  const { statements, events } = arrivalWrites(arrival, { ...planned, row }, others, ctx.tenant)
  const decision = {
    id: `reinspect-${id}`,
    lines: [],
    reason: { code: 'REINSPECTED', text: `${quantity} ${before.unit} → ${id}: ${reason}` },
    isAutomatic: false,
    by: actorOf(ctx),
    at: row.createdAt,
  }
  await ctx.db.transaction(
    [
      savedStatement(before, after),
      ...statements,
      ...serialsMoved(before, id, input, quantity),
      decisionStatement(ctx.tenant, inspection, decision),
    ],
    { events },
  )
  return row
}

/** @throws QUANTITY_INVALID, QUANTITY_EXCEEDED, INSPECTION_STATE, SERIALS_REQUIRED, SERIALS_UNKNOWN, SERIALS_ELSEWHERE */
function requireRejected(
  { row, serials: buckets }: Seen,
  { quantity: asked, serials }: ReinspectInput,
): number {
  nextInspectionState(row.state, 'reinspect', {
    allJudged: row.tests.every(isJudged),
    allDecided: row.pending === 0 && row.hold === 0,
    someDecided: row.pending < row.quantity,
  })
  const quantity = requireQuantity(asked)
  if (quantity > row.rejected) {
    throw new Refusal(
      'QUANTITY_EXCEEDED',
      `${quantity} cannot be inspected anew: only ${row.rejected} is rejected.`,
    )
  }
  const line = { from: 'rejected', to: 'hold', quantity } as const
  const named = serials === undefined ? line : { ...line, serials }
  const evidence = { serials: row.serials, buckets, tests: [], screened: undefined }
  requireSerials([named], row, evidence)
  return quantity
}

function movedOn(row: PlannedRow, quantity: number) {
  return {
    rejected: minus(row.rejected, quantity),
    reworked: sumOf([row.reworked, quantity]),
  }
}

function reworkOf(
  row: PlannedRow,
  { id, quantity, at }: { readonly id: string; readonly quantity: number; readonly at: string },
): LotArrival {
  const { lot, item, supplier, operation, unit, location, purchaseOrder, orders } = row
  return {
    ...{ origin: 'rework', document: row.inspection, line: id, arrivedAt: at },
    ...{ lot, item, supplier, operation, quantity, unit, location, purchaseOrder, orders },
    // Serial numbers go over from the inspection that rejected them.
    ...{ serials: [], measured: [], event: null },
  }
}

function serialsMoved(
  { inspection, serials }: PlannedRow,
  to: string,
  { serials: named }: ReinspectInput,
  quantity: number,
): readonly Statement[] {
  if (serials === 0) return []
  return [
    {
      sql: `update inspection_serials set inspection = $2, bucket = 'pending'
             where inspection = $1 and bucket = 'rejected' and ($3::text[] is null or serial = any($3))`,
      parameters: [inspection, to, named ?? null],
      rows: quantity,
    },
  ]
}
