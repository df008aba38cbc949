import type { Context } from '@signalbox/sdk'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { keptDecision, withSchemes } from '../inspection/decide.ts'
import { readForDecision } from '../inspection/decision-store.ts'
import type { Reason } from '../words/local-text.ts'
import { findArrivals, standingArrivals } from './lot-store.ts'

/** What speaks against goods that nobody has decided to hold. */
export interface Warning {
  /** Once for each inspection of the lot. */
  readonly id: string
  readonly reason: Reason
  readonly by: string
}

/**
 * Puts on hold what is accepted or pending of a lot, where the lot is now. What a person decided afterwards stays: the
 * same warning holds nothing twice.
 */
export async function holdLot(ctx: Context, lot: string, warning: Warning): Promise<void> {
  const arrivals = standingArrivals(await findArrivals(ctx, lot))
  for (const { inspection } of arrivals) await again(() => holdInspection(ctx, inspection, warning))
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
