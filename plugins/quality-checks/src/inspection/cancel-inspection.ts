import type { Context } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { decisionStatement, savedStatement } from './decided.ts'
import { readForDecision } from './decision-store.ts'
import { nextInspectionState } from './inspection-states.ts'
import { summaryOf } from './inspection-summary.ts'
import { isJudged } from './inspection-test.ts'

interface CancelInput {
  readonly inspection: string
  readonly reason: string
}

/** Takes an inspection out of the world that should never have been: the receipt was reversed. Nothing of it is decided. */
export function cancelInspection({ inspection, reason }: CancelInput, ctx: Context) {
  return again(async () => {
    const { row } = await readForDecision(ctx, inspection, [], '')
    if (row.state === 'cancelled') return summaryOf(row)
    const state = nextInspectionState(row.state, 'cancel', {
      allJudged: row.tests.every(isJudged),
      allDecided: false,
      someDecided: row.pending < row.quantity,
    })
    const after = { ...row, state, revision: row.revision + 1 }
    const at = nowText(ctx)
    const kept = {
      id: 'cancelled',
      lines: [],
      reason: { code: 'CANCELLED', text: reason },
      isAutomatic: false,
      by: actorOf(ctx),
      at,
    }
    await ctx.db.transaction([
      savedStatement(row, after),
      decisionStatement(ctx.tenant, inspection, kept),
    ])
    return summaryOf(after)
  })
}
