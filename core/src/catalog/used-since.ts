/** A quarter is the longest that a monthly or quarterly job of an app lets one wait for its next call. */
const USE_DAYS = 90

const DAY_MS = 86_400_000

/** From when on use counts: who called before is taken for gone. @param now milliseconds since the epoch */
export function usedSince(now: number): Date {
  return new Date(Math.floor((now - USE_DAYS * DAY_MS) / DAY_MS) * DAY_MS)
}
