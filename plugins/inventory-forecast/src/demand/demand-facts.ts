import { Refusal } from '@signalbox/sdk'

/** What an event of stock comes to, whatever it is called outside. */
export interface StockFact {
  /** Its own number: of two facts with one number the first counts. */
  readonly number: string
  readonly source: string
  readonly eventId: string
  readonly sku: string
  readonly location: string
  readonly unit: string
  readonly kind: MovementKind
  /** Into stock above 0, out of it below. */
  readonly delta: number
  readonly atMs: number
  /** What stands on the shelf afterwards, where that is told. */
  readonly stockAfter?: number
  /** More was asked for than was there. */
  readonly stockedOut?: boolean
  readonly unmet?: number
  readonly lot?: string
}

/** `count` moves nothing: it says what is there. */
export type MovementKind =
  | 'issue'
  | 'sale'
  | 'return'
  | 'receipt'
  | 'transfer-in'
  | 'transfer-out'
  | 'adjustment'
  | 'scrap'
  | 'count'

/** Columns of a day that a fact adds to; all numbers are in the item's unit. */
export interface DayShare {
  readonly issued: number
  readonly returned: number
  readonly received: number
  readonly unmet: number
}

/**
 * Issues and sales are demand and customers' returns take it back. A receipt is supply. Transfers, adjustments and scrap
 * change the stock and say nothing of what customers want. What was asked for and not there is demand that no issue shows.
 */
export function shareOfDay({
  kind,
  delta,
  unmet = 0,
}: Pick<StockFact, 'kind' | 'delta' | 'unmet'>): DayShare {
  const size = Math.abs(delta)
  return {
    issued: kind === 'issue' || kind === 'sale' ? size : 0,
    returned: kind === 'return' ? size : 0,
    received: kind === 'receipt' ? size : 0,
    unmet,
  }
}

/** Beyond this an event is no news: numbers of movements are remembered for as long, so that none counts twice. */
export const REMEMBERED_DAYS = 1100
/** Clocks of other systems may be ahead; by a day they are wrong. */
const LATEST_AHEAD_MS = 86_400_000

/** @throws EVENT_FROM_FUTURE, EVENT_TOO_OLD: a wrong period would be corrected in silence. */
export function refuseImplausibleInstant(atMs: number, nowMs: number): void {
  if (atMs > nowMs + LATEST_AHEAD_MS) {
    throw new Refusal(
      'EVENT_FROM_FUTURE',
      'The event is dated more than a day ahead: mend the clock of its sender.',
    )
  }
  if (atMs < nowMs - REMEMBERED_DAYS * 86_400_000) {
    throw new Refusal(
      'EVENT_TOO_OLD',
      `The event is older than ${REMEMBERED_DAYS} days: load such history with recordDemand.`,
    )
  }
}
