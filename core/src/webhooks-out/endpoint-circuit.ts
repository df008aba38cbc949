const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** How an endpoint has done lately, whichever events it was. */
export interface EndpointHealth {
  /** Tries that failed in a row. */
  readonly failures: number
  /** Milliseconds since the epoch; null: its last try was good. */
  readonly failingSince: number | null
  /** No try before; null: none is held back. */
  readonly restUntil: number | null
}

export const HEALTHY: EndpointHealth = Object.freeze({
  failures: 0,
  failingSince: null,
  restUntil: null,
})

/** A deploy of the receiver that answers some calls in between does not open the circuit. */
const OPEN_AFTER = 10
const FIRST_REST_MS = 10_000
const LONGEST_REST_MS = 5 * MINUTE_MS
/** Longer than a weekend with a holiday in which nobody looks, and than the ten tries of an event. */
const DISABLE_AFTER_MS = 5 * DAY_MS

/**
 * What waits for an endpoint that fails is not tried all at once, again and again: after ten failures in a row it rests,
 * longer each time, and then one try at a time says whether it is back (`isProbing`). An endpoint that answered nothing
 * well for five days is disabled.
 *
 *   closed ──10 failures──▶ open ──rest over──▶ half-open ──good──▶ closed
 *                            ▲                      │
 *                            └─────────bad──────────┘
 */
export function afterFailure(
  health: EndpointHealth,
  now: number,
): { readonly health: EndpointHealth; readonly isOver: boolean } {
  const failures = health.failures + 1
  const failingSince = health.failingSince ?? now
  const beyond = failures - OPEN_AFTER
  const restMs = Math.min(FIRST_REST_MS * 2 ** Math.min(beyond, 20), LONGEST_REST_MS)
  return {
    health: { failures, failingSince, restUntil: beyond < 0 ? null : now + restMs },
    isOver: beyond >= 0 && now - failingSince >= DISABLE_AFTER_MS,
  }
}

/** From so many failures on, one try at a time. */
export const PROBE_FROM = OPEN_AFTER
