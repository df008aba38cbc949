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
  if (passRate < redLine) return { state: 'fail', passRate }
  return { state: passRate < warn ? 'warn' : 'pass', passRate }
}

/**
 * What the change of a check's state is told as: `failed` where it is below another threshold than before, `recovered` where it is above
 * both again. A check that could not be assessed did neither: the state before stays what the next one is compared with.
 */
export function transitionOf(
  before: CheckState | undefined,
  after: CheckState,
): 'failed' | 'recovered' | undefined {
  if (after === 'not-assessed' || after === before) return undefined
  if (after !== 'pass') return 'failed'
  return before === 'warn' || before === 'fail' ? 'recovered' : undefined
}
