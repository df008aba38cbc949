import type { BothTexts } from '../facts/fact-data.ts'
import type { Block } from '../facts/fact-types.ts'
import type { Stage } from '../stages/stages.ts'

/** Instants are milliseconds since the epoch. */
type Ms = number

export interface LineView {
  readonly line: string
  readonly sku: string
  readonly unit: string
  readonly location?: string
  readonly dueAt?: Ms
  readonly ordered: number
  readonly allocated: number
  readonly onHold: number
  readonly shipped: number
  readonly delivered: number
  readonly isCancelled?: true
}

export interface EnvelopeView {
  readonly envelope: string
  readonly title?: string
  readonly state: 'sent' | 'partly-signed' | 'completed' | 'rejected' | 'expired' | 'voided'
  readonly sentAt?: Ms
  readonly changedAt: Ms
  readonly signed: number
  readonly recipients?: number
  readonly reason?: string
}

export interface ParcelView {
  readonly parcel?: string
  readonly status: string
  readonly since: Ms
  readonly trackingNumber?: string
  readonly location?: string
}

export interface ShipmentView {
  readonly shipment: string
  readonly direction: 'inbound' | 'outbound' | 'return'
  readonly carrier?: string
  readonly status: string
  readonly since: Ms
  readonly parcels: readonly ParcelView[]
  readonly trackingNumbers: readonly string[]
  readonly promisedAt?: Ms
  readonly dispatchedAt?: Ms
  readonly deliveredAt?: Ms
  readonly eta?: { readonly at: Ms; readonly early?: Ms; readonly late?: Ms; readonly saidAt: Ms }
  readonly exceptions: readonly {
    readonly exception: string
    readonly kind: string
    readonly owner?: string
    readonly text: BothTexts
    readonly openedAt: Ms
    readonly closedAt?: Ms
  }[]
  readonly alarms: readonly {
    readonly measure: string
    readonly value: number
    readonly unit: string
    readonly since: Ms
    readonly at: Ms
    readonly settledAt?: Ms
  }[]
}

export interface LotView {
  readonly lot: string
  readonly sku: string
  readonly unit: string
  readonly quantity: number
  readonly state: 'arrived' | 'inspecting' | 'held' | 'released' | 'rejected' | 'split'
  readonly accepted: number
  readonly rejected: number
  readonly held: number
  readonly pending: number
  readonly arrivedAt: Ms
  readonly since: Ms
  readonly severity?: string
  readonly reason?: BothTexts
  readonly shipment?: string
}

export interface NonconformityView {
  readonly nonconformity: string
  readonly lot?: string
  readonly title?: string
  readonly severity?: string
  readonly owner?: string
  readonly dueAt?: Ms
  readonly openedAt: Ms
  readonly closedAt?: Ms
  readonly overdue?: { readonly step: string; readonly dueAt: Ms; readonly owner?: string }
}

export interface PurchaseView {
  readonly purchaseOrder: string
  readonly line: string
  readonly supplier?: string
  readonly sku: string
  readonly unit: string
  readonly quantity: number
  readonly received: number
  readonly placedAt: Ms
  readonly expectedAt?: Ms
}

export interface CoverView {
  readonly sku: string
  readonly location: string
  readonly probability: number
  readonly saidAt: Ms
  readonly nextReceiptAt?: Ms
  readonly runsOutOn?: string
  readonly reorder?: {
    readonly suggestion: string
    readonly quantity: number
    readonly neededBy?: string
    readonly at: Ms
  }
}

export interface StayView {
  readonly stage: Stage
  readonly enteredAt: Ms
  readonly leftAt?: Ms
}

export interface TimelineView {
  readonly at: Ms
  readonly code: string
  readonly words?: Readonly<Record<string, string | number>>
  readonly actor?: string
  readonly source: string
}

export interface BlockView {
  readonly block: Block
  readonly asOf: Ms
  readonly source: string
}

/** All that facts say of an order; nothing in it depends on when somebody looks. */
export interface OrderView {
  readonly orderId: string
  /** False: only others spoke of it; what was ordered is not known. */
  readonly isKnown: boolean
  readonly customer?: string
  readonly salesperson?: string
  readonly priority?: string
  readonly currency?: string
  readonly amount?: string
  readonly contract?: string
  readonly placedAt?: Ms
  readonly promisedAt?: Ms
  readonly promises: number
  readonly lines: readonly LineView[]
  readonly stays: readonly StayView[]
  readonly envelopes: readonly EnvelopeView[]
  readonly shipments: readonly ShipmentView[]
  readonly lots: readonly LotView[]
  readonly nonconformities: readonly NonconformityView[]
  readonly purchases: readonly PurchaseView[]
  readonly cover: readonly CoverView[]
  readonly invoicedAt?: Ms
  readonly paidAt?: Ms
  readonly deliveredAt?: Ms
  readonly timeline: readonly TimelineView[]
  readonly blocks: readonly BlockView[]
  readonly asOf: Ms
}
