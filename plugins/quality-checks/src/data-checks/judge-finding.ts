import type { CheckDefinition, CheckState, Finding } from './data-check-types.ts'

export interface Judgement {
  readonly state: CheckState
  /** Share of what was assessed that passed; null where nothing was. */
  readonly passRate: number | null
}

/** Nothing assessed is no pass: it has neither state nor share. */
export function judgeFinding(
  { redLine = 1, warn = redLine }: Pick<CheckDefinition, 'redLine' | 'warn'>,
  { assessed, unexpected }: Pick<Finding, 'assessed' | 'unexpected'>,
): Judgement {
  if (assessed === 0) return { state: 'not-assessed', passRate: null }
  const passRate = (assessed - unexpected) / assessed
  if (passRate < redLine) return { state: 'failed', passRate }
  return { state: passRate < warn ? 'warned' : 'passed', passRate }
}

/**
 * What the change of a check's state is told as. A check that could not be assessed neither failed nor recovered: the state
 * before stays what the next one is compared with.
 */
export function transitionOf(
  before: CheckState | undefined,
  after: CheckState,
): 'failed' | 'recovered' | undefined {
  if (after === 'not-assessed') return undefined
  if (after === 'failed') return before === 'failed' ? undefined : 'failed'
  return before === 'failed' ? 'recovered' : undefined
}
