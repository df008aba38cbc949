import type { Scan } from './scan.ts'

/** A scan on its way in, from whichever source. */
export interface IncomingScan extends Omit<Scan, 'status' | 'code'> {
  /** A tracking number, or the SSCC of a handling unit of a parcel that is known. */
  readonly number: string
  readonly carrier?: string
  /** Whose words these are. */
  readonly pack: string
  /** From the finest word to the coarsest. */
  readonly codes: readonly string[]
  readonly text?: string
  /** The name of the place that its coordinates are at, where the sender names none. */
  readonly placeAt?: string
}

/** Clocks of senders are wrong by a zone, rarely by more: what is dated further ahead than a day waits until it can be. */
export const AHEAD_MS = 86_400_000

export function isTooFarAhead(at: number, now: number): boolean {
  return at > now + AHEAD_MS
}
