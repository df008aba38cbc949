import type { OutDeliveryState } from './delivery-states.ts'
import { outDeliveryStates } from './delivery-states.ts'
import { askedWaitMs, retryAfterMs } from './retry-schedule.ts'

/** How a try went. */
export type AttemptOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly retryAfter: string | undefined
      /** The beginning of the answer, redacted; '' where there is none to show. */
      readonly excerpt: string
      readonly ms: number
    }
  /** A class: `timeout`, `dns`, `connect`, `reset`, `tls: …`, `address: …`, `plain`, `busy`. */
  | { readonly kind: 'failed'; readonly reason: string; readonly ms: number }
  /** Not tried, and never to be: nobody may have it any more. */
  | { readonly kind: 'withheld'; readonly reason: 'not entitled' | 'event deleted' }

export interface AttemptVerdict {
  readonly state: OutDeliveryState
  /** Milliseconds until the next try. */
  readonly waitMs: number
  readonly status: number | null
  /** What it failed by; null: it did not. */
  readonly code: string | null
  /** The receiver said that nothing is to come any more: the endpoint ends, too. */
  readonly isGone: boolean
  /** Whether it says something of the endpoint's health. */
  readonly tells: 'good' | 'bad' | 'nothing'
}

const { acknowledged, failed, 'failed last': failedLast } = outDeliveryStates.waiting

/**
 * What becomes of a delivery after a try. Pure.
 * @param attempts so far, this one included
 * @param random uniform in [0, 1)
 */
export function judgeAttempt(
  outcome: AttemptOutcome,
  attempts: number,
  { now, random }: { readonly now: number; readonly random: number },
): AttemptVerdict {
  if (outcome.kind === 'withheld') {
    const code = outcome.reason
    return { state: failedLast, waitMs: 0, status: null, code, isGone: false, tells: 'nothing' }
  }
  const status = outcome.kind === 'answered' ? outcome.status : null
  if (status !== null && status >= 200 && status < 300) {
    return { state: acknowledged, waitMs: 0, status, code: null, isGone: false, tells: 'good' }
  }
  const code = outcome.kind === 'answered' ? `http ${outcome.status}` : outcome.reason
  const isGone = status === 410
  const wait = isGone ? undefined : retryAfterMs(attempts, random)
  const bad = { status, code, isGone, tells: 'bad' } as const
  if (wait === undefined) return { state: failedLast, waitMs: 0, ...bad }
  const asked = outcome.kind === 'answered' ? askedWaitMs(outcome.retryAfter, now) : undefined
  return { state: failed, waitMs: Math.max(wait, asked ?? 0), ...bad }
}
