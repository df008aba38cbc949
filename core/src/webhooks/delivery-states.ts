/** The life of a webhook that was accepted. */
export const deliveryStates = {
  waiting: { handled: 'delivered', failed: 'waiting', 'failed last': 'dead' },
  delivered: { redeliver: 'waiting' },
  dead: { redeliver: 'waiting' },
} as const

export type DeliveryState = keyof typeof deliveryStates

/** The first try and nine more: with the waits below, about a day. */
const MAX_ATTEMPTS = 10
const FIRST_WAIT_MS = 5000
const WAIT_FACTOR = 4
const LONGEST_WAIT_MS = 6 * 3_600_000

export interface AfterAttempt {
  readonly state: DeliveryState
  /** Milliseconds until the next try; 0 where there is none. */
  readonly waitMs: number
}

/**
 * What becomes of a delivery after a try.
 * @param attempts so far, this one included
 * @param random uniform in [0, 1): half of each wait is chance, so that many do not come back at once
 */
export function afterAttempt(isHandled: boolean, attempts: number, random: number): AfterAttempt {
  if (isHandled) return { state: deliveryStates.waiting.handled, waitMs: 0 }
  if (attempts >= MAX_ATTEMPTS) return { state: deliveryStates.waiting['failed last'], waitMs: 0 }
  const whole = Math.min(FIRST_WAIT_MS * WAIT_FACTOR ** (attempts - 1), LONGEST_WAIT_MS)
  return { state: deliveryStates.waiting.failed, waitMs: Math.round(whole * (0.5 + random / 2)) }
}
