import type { LocalText } from '../words/local-text.ts'
import type { SwitchingState } from './plan-types.ts'
import { type Facts, LOTS_LOOKED_AT, severityRules } from './severity-rules.ts'

/** What happened to a series: a lot was decided, or something beside lots became known. */
export interface SwitchingOutcome {
  /** The decision of a lot at its first submission; lots that come again do not count (ISO 2859-1, 9.3). */
  readonly accepted?: boolean
  /** Accepted between Ac and Re of a reduced plan. */
  readonly returned?: boolean
  /** What the lot adds to the score, by `scoreGain`: 0 sets it back. Left out, an accepted lot leaves it as it is. */
  readonly scoreGain?: number
  readonly steadyProduction?: boolean
  readonly authorityAgrees?: boolean
  readonly productionIrregular?: boolean
  readonly authorityRequiresNormal?: boolean
  readonly correctiveActionEffective?: boolean
}

export interface SeverityStep {
  readonly state: SwitchingState
  readonly from: SwitchingState['severity']
  readonly to: SwitchingState['severity']
  /** Why it changed; empty where it did not. */
  readonly reasons: readonly { readonly code: string; readonly text: LocalText }[]
}

/** Where a series of lots begins (ISO 2859-1, 9.1). */
export const firstState: SwitchingState = startOf('normal')

/** The severity for the next lot, by the table of `severityRules`. */
export function nextSeverity(state: SwitchingState, outcome: SwitchingOutcome): SeverityStep {
  const counted = countLot(state, outcome)
  const facts: Facts = {
    ...counted,
    ...(lotOf(outcome) === undefined ? {} : { lot: lotOf(outcome) as NonNullable<Facts['lot']> }),
    steadyProduction: outcome.steadyProduction ?? false,
    authorityAgrees: outcome.authorityAgrees ?? false,
    productionIrregular: outcome.productionIrregular ?? false,
    authorityRequiresNormal: outcome.authorityRequiresNormal ?? false,
    correctiveActionEffective: outcome.correctiveActionEffective ?? false,
  }
  const rule = severityRules.find(({ from, when }) => from === state.severity && when(facts))
  if (rule === undefined) {
    return { state: counted, from: state.severity, to: state.severity, reasons: [] }
  }
  const { from, to, code, text } = rule
  return { state: startOf(to), from, to, reasons: [{ code, text }] }
}

function startOf(severity: SwitchingState['severity']): SwitchingState {
  return { severity, score: 0, recent: [], rejectedWhileTightened: 0 }
}

function countLot(state: SwitchingState, outcome: SwitchingOutcome): SwitchingState {
  const lot = lotOf(outcome)
  if (lot === undefined || state.severity === 'discontinued') return state
  const isRejected = lot === 'rejected'
  const recent = [...state.recent, isRejected ? 'rejected' : 'accepted'] as const
  const tightened = state.severity === 'tightened'
  return {
    severity: state.severity,
    score: state.severity === 'normal' ? nextScore(state.score, isRejected, outcome.scoreGain) : 0,
    // Tightened inspection ends by lots accepted in succession: one that was not begins the count anew.
    recent: tightened && isRejected ? [] : recent.slice(-LOTS_LOOKED_AT),
    rejectedWhileTightened: state.rejectedWhileTightened + (tightened && isRejected ? 1 : 0),
  }
}

function nextScore(score: number, isRejected: boolean, gain: number | undefined): number {
  if (isRejected || gain === 0) return 0
  return score + (gain ?? 0)
}

function lotOf({ accepted, returned }: SwitchingOutcome): Facts['lot'] {
  if (accepted === undefined) return undefined
  if (!accepted) return 'rejected'
  return returned === true ? 'returned' : 'accepted'
}
