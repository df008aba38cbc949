import type { Day } from '../calendar/civil-day.ts'

/** What is there and what will come, in the item's unit. */
export interface StockFigures {
  /** Undefined: nobody told a stock yet. */
  readonly onHand?: number
  /** Of it, kept from use by quality. */
  readonly unusable: number
  readonly unusableLots: number
  /** What those lots come to on paper, where that is more than is there: some of it left untold. */
  readonly unusableTold?: number
  /** Ordered and not received, and received but not on the shelf yet. */
  readonly onOrder: number
  /** Approved suggestions that no purchase order carries out yet. */
  readonly approved: number
  readonly nextReceipt?: Day
}

export interface LeadTime {
  readonly days: number
  readonly deviation: number
  /** Receipts, or transports, that it was observed on; 0: it is a setting. */
  readonly observed: number
  readonly from: 'receipts' | 'transports' | 'settings'
}
