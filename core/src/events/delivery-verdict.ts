import type { GuestOutcome } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'
import { withoutTokens } from '../sealing/token-forms.ts'
import type { DeliveryState } from './delivery-states.ts'
import { HOST_DELAY_MS, jittered, retryDelayMs } from './retry-table.ts'

/** What one try of a delivery leads to. */
export interface DeliveryVerdict {
  readonly state: Exclude<DeliveryState, 'redelivered'>
  /** Whether it counts as a try of the plugin. */
  readonly isCounted: boolean
  /** Until the next try, where there is one. */
  readonly delayMs: number
  readonly code: string | null
  readonly detail: string | null
  /** The rollout whose canary tried it; see redelivery-store.ts. */
  readonly triedIn?: string
}

const MAX_DETAIL = 500

/**
 * @param tries how often the plugin was tried before this time
 * @param random at least 0, below 1
 */
export function verdictOf(outcome: GuestOutcome, tries: number, random: number): DeliveryVerdict {
  switch (outcome.kind) {
    case 'ok':
      return done(true)
    case 'refused':
      // An expected no: the same event would be refused the same way tomorrow.
      return dead(outcome.code, outcome.message)
    case 'failed': {
      const { blame, error } = outcome
      if (blame === 'host') return hostDelay(error, random)
      const delayMs = retryDelayMs(tries + 1, random)
      if (delayMs === undefined) return dead(error.code, error.message)
      const { code, message } = error
      return { state: 'waiting', isCounted: true, delayMs, code, detail: shortened(message) }
    }
  }
}

/** What a canary could not do is stable's, once its rollout is taken back. */
export function triedBy(verdict: DeliveryVerdict, rollout: string | undefined): DeliveryVerdict {
  return rollout === undefined ? verdict : { ...verdict, triedIn: rollout }
}

/** The plugin had no part in it: it is tried again as if this time had not been. */
export function hostDelay(error: unknown, random: number): DeliveryVerdict {
  const isCoded = error instanceof CodedError
  return {
    state: 'waiting',
    isCounted: false,
    delayMs: jittered(HOST_DELAY_MS, random),
    code: isCoded ? error.code : 'CORE_INTERNAL',
    detail: isCoded ? shortened(error.message) : null,
  }
}

/** @param isCounted false: no handler had to be run */
export function done(isCounted: boolean): DeliveryVerdict {
  return { state: 'done', isCounted, delayMs: 0, code: null, detail: null }
}

/** @param served see servedBy in kept-deliveries.ts */
export function kept(served: string): DeliveryVerdict {
  return { state: 'kept', isCounted: false, delayMs: 0, code: null, detail: served }
}

function dead(code: string, message: string): DeliveryVerdict {
  return { state: 'dead', isCounted: true, delayMs: 0, code, detail: shortened(message) }
}

/** PostgreSQL holds no U+0000, and a guest may say anything, the address of a link too. */
function shortened(text: string): string {
  return withoutTokens(text).replaceAll('\u0000', ' ').slice(0, MAX_DETAIL).toWellFormed()
}
