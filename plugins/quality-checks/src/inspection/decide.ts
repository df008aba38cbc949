import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { actorOf } from './actor.ts'
import { again } from './again.ts'
import { decided, savedStatement, suggestionOf } from './decided.ts'
import type { DecisionLine } from './decision.ts'
import { readForDecision } from './decision-store.ts'
import { summaryOf } from './inspection-summary.ts'
import { schemesOf } from './plan-schemes.ts'

export interface DecideInput {
  readonly inspection: string
  /** Made by the client: the same decision sent twice is one. */
  readonly id: string
  /** What the decider saw. */
  readonly revision: number
  readonly lines: readonly (Omit<DecisionLine, 'from'> & { readonly from?: DecisionLine['from'] })[]
  readonly reason?: { readonly code?: string; readonly text?: string }
}

/** Decides quantities of a lot: all of the lines, or none. */
export function decide(input: DecideInput, ctx: Context) {
  const { code = 'DECIDED', text = '' } = input.reason ?? {}
  const lines = input.lines.map((line) => ({ ...line, from: line.from ?? 'pending' }) as const)
  const named = lines.flatMap(({ serials = [] }) => serials)
  return again(async () => {
    const read = await readForDecision(ctx, input.inspection, named, input.id)
    const schemes = await schemesOf(ctx, read.row.definition)
    const seen = { ...read, series: { ...read.series, schemes } }
    if (seen.isDecided) return { ...summaryOf(seen.row), suggestion: suggestionOf(seen) }
    if (seen.row.revision !== input.revision) {
      throw new Refusal(
        'REVISION_STALE',
        `The inspection is at revision ${seen.row.revision}, and you saw ${input.revision}: somebody was quicker. Read it again.`,
      )
    }
    const command = {
      id: input.id,
      lines,
      reason: { code, text },
      isAutomatic: false,
      by: actorOf(ctx),
      at: new Date(ctx.now()).toISOString(),
    }
    const { row, statements, events } = decided(seen, command, ctx.tenant)
    await ctx.db.transaction([savedStatement(seen.row, row), ...statements], { events })
    return { ...summaryOf(row), suggestion: suggestionOf({ ...seen, row }) }
  })
}
