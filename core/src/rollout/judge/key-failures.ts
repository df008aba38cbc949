import type { CohortBy } from '../cohorts/cohort.ts'
import { mergeTallies, more, tolerating } from './attribution.ts'
import type { JudgeState } from './judge-state.ts'
import { type Admissions, admitTo, mergeAdmissions, noAdmissions } from './sample-ratio.ts'
import { type UnitFailures, unitTally } from './unit-failures.ts'

/**
 * Where requests are drawn one by one, those that live on (the keys of events) are the only units. Their draws are as
 * independent as those of other requests, so what they told is of the same e-process: likelihoods multiply.
 */
export function withKeyFailures(
  state: JudgeState,
  cohortBy: CohortBy,
  tolerance: number | undefined,
): JudgeState {
  const { unitFailures, tallies } = state
  if (cohortBy !== 'request' || Object.keys(unitFailures).length === 0) return state
  const told = unitTally(unitFailures, tolerating(more, tolerance))
  return { ...state, tallies: { ...tallies, failures: mergeTallies(tallies.failures, told) } }
}

/** Failures for proof, those of keys among them: the first that each told, as only that was drawn under its weight itself. */
export function failuresForProof({ failuresAt, unitFailures }: JudgeState): Admissions {
  return mergeAdmissions(failuresAt, firstOf(unitFailures))
}

function firstOf(failures: UnitFailures): Admissions {
  let first = noAdmissions
  for (const [disclosure] of Object.values(failures)) {
    if (disclosure === undefined) continue
    const [weightBp, , isCanary] = disclosure
    first = admitTo(first, weightBp, isCanary === 1 ? 'canary' : 'stable')
  }
  return first
}
