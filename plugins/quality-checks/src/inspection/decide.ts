import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import {
  type DecisionCommand,
  decided,
  type Seen,
  savedStatement,
  suggestionOf,
} from './decided.ts'
import type { DecisionLine } from './decision.ts'
import { readForDecision } from './decision-store.ts'
import type { InspectionRow } from './inspection-row.ts'
import { summaryOf } from './inspection-summary.ts'
import { schemesOf } from './plan-schemes.ts'

export interface DecideInput {
  readonly inspection: string
  /** Made by the client: the same decision sent twice is one. Without it the second one is stale. */
  readonly id?: string
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
  const id = input.id ?? `decision-${input.revision}`
  return again(async () => {
    const read = await readForDecision(ctx, input.inspection, named, id)
    const seen = await withSchemes(read, ctx)
    if (seen.isDecided && input.id !== undefined) {
      return { ...summaryOf(seen.row), suggestion: suggestionOf(seen) }
    }
    requireRevision(seen.row, input.revision)
    const command = {
      id,
      lines,
      reason: { code, text },
      isAutomatic: false,
      by: actorOf(ctx),
      at: nowText(ctx),
    }
    const row = await keptDecision(seen, command, ctx)
    return { ...summaryOf(row), suggestion: suggestionOf({ ...seen, row }) }
  })
}

/** The tables of the plan, by which its switching rules go on. */
export async function withSchemes(seen: Seen, ctx: Context): Promise<Seen> {
  const schemes = await schemesOf(ctx, seen.row.definition)
  return { ...seen, series: { ...seen.series, schemes } }
}

/** All that a decision changes, in one transaction; nothing where somebody changed the inspection meanwhile. */
export async function keptDecision(seen: Seen, command: DecisionCommand, ctx: Context) {
  const { row, statements, events } = decided(seen, command, ctx.tenant)
  await ctx.db.transaction([savedStatement(seen.row, row), ...statements], { events })
  return row
}

/** @throws REVISION_STALE */
export function requireRevision({ revision }: InspectionRow, seen: number): void {
  if (revision === seen) return
  throw new Refusal(
    'REVISION_STALE',
    `The inspection is at revision ${revision}, and you saw ${seen}: somebody was quicker. Read it again.`,
  )
}
