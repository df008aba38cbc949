/**
 * Generic cell rate algorithm (ATM Forum TM 4.0 §4.4.2): a rate and a burst, exact, with one number a key.
 * Times are milliseconds on any clock that does not run backwards.
 */
export interface GcraLimit {
  readonly ratePerS: number
  readonly burst: number
}

export interface GcraVerdict {
  readonly allowed: boolean
  /** Theoretical arrival time to keep for the key; unchanged when refused. */
  readonly tat: number
  /** Calls that would pass right now. */
  readonly remaining: number
  /** Milliseconds until the next call passes; 0 when one would pass now. */
  readonly retryAfterMs: number
  /** Milliseconds until the whole burst is there again. */
  readonly resetMs: number
}

/** A thousandth of a call: sums of floating-point intervals miss a whole number by far less. */
const TOLERANCE = 1e-3

export function gcra(limit: GcraLimit, tat: number | undefined, now: number): GcraVerdict {
  const interval = 1000 / limit.ratePerS
  const window = interval * limit.burst
  const start = Math.max(tat ?? now, now)
  const next = start + interval
  if (next - window > now + interval * TOLERANCE) {
    return verdict(false, start, now, interval, window)
  }
  return verdict(true, next, now, interval, window)
}

function verdict(
  allowed: boolean,
  tat: number,
  now: number,
  interval: number,
  window: number,
): GcraVerdict {
  const room = window - (tat - now)
  const remaining = Math.max(0, Math.floor(room / interval + TOLERANCE))
  return {
    allowed,
    tat,
    remaining,
    retryAfterMs: remaining > 0 ? 0 : Math.max(0, tat + interval - window - now),
    resetMs: tat - now,
  }
}
