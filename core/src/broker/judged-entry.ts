import type { GuestOutcome } from '@signalbox/sandbox'
import { tripOfFailure } from '../rollout/judge/hard-trips.ts'
import { outcomeOfFailure } from '../rollout/judge/judged-call.ts'
import type { EntryAttempt } from '../rollout/routing/canary-entry.ts'
import { blameOf } from './failed-outcome.ts'

/**
 * Faults that stable may have as well without having met them yet: of a service the contract and the self-test
 * find them, of a handler nobody does. The first call would take a healthy canary back with the chance of its
 * weight, so they count as plain failures.
 */
const plainFailures: ReadonlySet<string> = new Set(['SBX_HANDLER_MISSING', 'SBX_OUTPUT_NOT_JSON'])

/** What the judge sees of a handler's end. */
export function judgedEntry(outcome: GuestOutcome): Pick<EntryAttempt, 'outcome' | 'trip'> {
  if (outcome.kind === 'ok') return { outcome: 'answered', trip: undefined }
  if (outcome.kind === 'refused') return { outcome: 'refused', trip: undefined }
  const { error } = outcome
  const blame = blameOf(outcome)
  const trip = plainFailures.has(error.code) ? undefined : tripOfFailure(error.code, blame)
  return { outcome: outcomeOfFailure(error.code, blame), trip }
}
