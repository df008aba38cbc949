import type { Context, JobRun } from '@signalbox/sdk'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { keptDecision, withSchemes } from '../inspection/decide.ts'
import { readForDecision } from '../inspection/decision-store.ts'
import type { Reason } from '../words/local-text.ts'
import { findUnwarned } from './lot-store.ts'

/** What speaks against goods that nobody has decided to hold. */
export interface Warning {
  /** Once for each inspection of the lot. */
  readonly id: string
  readonly reason: Reason
  readonly by: string
}

/** An arrival takes some host calls of the 200 that a call may make. */
const ARRIVALS_AT_ONCE = 20
const HOLD_JOB = 'hold-lot'

interface Hold {
  readonly lot: string
  readonly warning: Warning
}

/** The job that goes on with a lot of many arrivals. */
export function continueHold({ payload }: Pick<JobRun, 'payload'>, ctx: Context): Promise<void> {
  const { lot, warning } = payload as Hold
  return holdLot(ctx, lot, warning)
}

/**
 * Puts on hold what is accepted or pending of a lot, where the lot is now. What a person decided afterwards stays: the
 * same warning holds nothing twice.
 */
export async function holdLot(ctx: Context, lot: string, warning: Warning): Promise<void> {
  const inspections = await findUnwarned(ctx, lot, warning.id, ARRIVALS_AT_ONCE)
  for (const one of inspections) await again(() => holdInspection(ctx, one, warning))
  if (inspections.length < ARRIVALS_AT_ONCE) return
  const key = `${warning.id}/${ctx.hash('SHA-256', lot).slice(0, 20)}`
  await ctx.jobs.schedule(HOLD_JOB, { afterMs: 100, key, payload: { lot, warning } })
}

async function holdInspection(
  ctx: Context,
  inspection: string,
  { id, reason, by }: Warning,
): Promise<void> {
  const seen = await withSchemes(await readForDecision(ctx, inspection, [], id), ctx)
  const { row, isDecided } = seen
  const lines = (['accepted', 'pending'] as const)
    .filter((from) => row[from] > 0)
    .map((from) => ({ from, to: 'hold', quantity: row[from] }) as const)
  if (isDecided || lines.length === 0) return
  const { code, text } = reason
  const said = { code, text: text.en, chinese: text['zh-CN'] }
  const at = nowText(ctx)
  await keptDecision(
    seen,
    { id, lines, reason: said, isAutomatic: true, isWarning: true, by, at },
    ctx,
  )
}
