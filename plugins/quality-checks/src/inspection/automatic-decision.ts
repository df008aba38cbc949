import { sumOf } from '../lots/quantities.ts'
import type { DecisionCommand, Seen } from './decided.ts'
import type { DecisionLine } from './decision.ts'
import { isJudged } from './inspection-test.ts'
import type { Suggestion } from './suggestion.ts'

/** Who decides where a plan says that nobody needs to. */
export const POLICY = 'policy'

/**
 * What the plan decides by itself once each test has its verdict; undefined where a person is to.
 * @param suggestion of these results
 */
export function automaticDecision(
  { row }: Pick<Seen, 'row'>,
  suggestion: Suggestion,
  at: string,
): DecisionCommand | undefined {
  const { definition, tests, state } = row
  if (definition === null || state !== 'awaiting-decision' || !tests.every(isJudged))
    return undefined
  if (definition.decidedBy === 'person') return undefined
  // What somebody holds is his to decide.
  if (row.hold > 0 || row.pending !== sumOf([suggestion.accept, suggestion.reject]))
    return undefined
  if (suggestion.reject > 0 && definition.decidedBy !== 'all') return undefined
  // Which of the items that have serial numbers are the bad ones, a person says.
  if (row.serials > 0 && suggestion.accept > 0 && suggestion.reject > 0) return undefined
  const lines = linesOf(suggestion)
  if (lines.length === 0) return undefined
  return {
    id: `policy-${row.revision}`,
    lines,
    reason: {
      code: codeOf(suggestion),
      text: suggestion.reasons.map(({ text }) => text.en).join(' '),
    },
    isAutomatic: true,
    by: POLICY,
    at,
  }
}

function linesOf({ accept, reject }: Suggestion): readonly DecisionLine[] {
  const accepted = { from: 'pending', to: 'accepted', quantity: accept } as const
  const rejected = {
    from: 'pending',
    to: 'rejected',
    quantity: reject,
    disposition: 'return',
  } as const
  return [...(accept > 0 ? [accepted] : []), ...(reject > 0 ? [rejected] : [])]
}

function codeOf({ outcome }: Suggestion): string {
  return outcome === 'reject' ? 'PLAN_REJECTS' : 'PLAN_ACCEPTS'
}
