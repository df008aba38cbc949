/** Fields of events as the fold reads them; each event's own schema says more. */
interface OrderLineData {
  readonly line: string
  readonly sku: string
  readonly quantity: number
  readonly unit: string
  readonly location?: string
  readonly dueAt?: string
}

export interface Quantities {
  readonly accepted: number
  readonly rejected: number
  readonly held: number
  readonly pending: number
}

interface LotData {
  readonly lot: string
  readonly item: string
  readonly quantity: number
  readonly unit: string
  readonly supplier?: string
  readonly location?: string
  readonly receipt?: string
  readonly purchaseOrder?: string
  readonly orders?: readonly string[]
}

export interface ShipmentData {
  readonly shipment: string
  readonly orders?: readonly string[]
  readonly purchaseOrder?: string
  readonly parcel?: string
  readonly trackingNumber?: string
  readonly carrier?: string
}

interface EnvelopeData {
  readonly envelope: string
  readonly title?: string
  readonly orderId?: string
  readonly contract?: string
  readonly at: string
}

interface StockData {
  readonly sku: string
  readonly location: string
  readonly unit: string
  readonly at: string
}

export interface BothTexts {
  readonly en: string
  readonly 'zh-CN': string
}

export interface FactData {
  'orders.order.created': {
    readonly orderId: string
    readonly customer: string
    readonly placedAt: string
    readonly promisedAt?: string
    readonly currency?: string
    readonly amount?: string
    readonly contract?: string
    readonly salesperson?: string
    readonly priority?: string
    readonly lines: readonly OrderLineData[]
  }
  'orders.order.changed': {
    readonly orderId: string
    readonly changedAt: string
    readonly promisedAt?: string
    readonly reason?: string
    readonly lines?: readonly OrderLineData[]
  }
  'orders.order.cancelled': {
    readonly orderId: string
    readonly cancelledAt: string
    readonly reason?: string
    readonly lines?: readonly string[]
  }
  'orders.order.released': {
    readonly orderId: string
    readonly releasedAt: string
    readonly by?: string
  }
  'orders.order.allocated': {
    readonly orderId: string
    readonly at: string
    readonly lines: readonly {
      readonly line: string
      readonly quantity: number
      readonly lot?: string
    }[]
  }
  'orders.order.shipped': {
    readonly orderId: string
    readonly shippedAt: string
    readonly shipment?: string
    readonly carrier?: string
    readonly trackingNumbers?: readonly string[]
    readonly lines: readonly {
      readonly line: string
      readonly quantity: number
      readonly lot?: string
    }[]
  }
  'orders.invoice.issued': {
    readonly orderId: string
    readonly invoiceId: string
    readonly issuedAt: string
    readonly amount: string
    readonly currency: string
  }
  'orders.payment.received': {
    readonly orderId: string
    readonly paymentId: string
    readonly receivedAt: string
    readonly amount: string
    readonly currency: string
    readonly final?: boolean
  }
  'purchasing.order.placed': {
    readonly purchaseOrder: string
    readonly supplier: string
    readonly placedAt: string
    readonly lines: readonly (OrderLineData & {
      readonly expectedAt?: string
      readonly forOrder?: string
    })[]
  }
  'purchasing.order.changed': {
    readonly purchaseOrder: string
    readonly changedAt: string
    readonly reason?: string
    readonly lines: readonly {
      readonly line: string
      readonly quantity: number
      readonly expectedAt?: string
    }[]
  }
  'stock.receipt.created': LotData & {
    readonly receipt: string
    readonly supplier: string
    readonly location: string
    readonly receivedAt: string
    readonly purchaseOrderLine?: string
    readonly shipment?: string
  }
  'stock.movement.recorded': StockData & {
    readonly movement: string
    readonly kind: string
    readonly quantity: number
    readonly order?: string
    readonly lot?: string
  }
  'production.lot.completed': LotData & {
    readonly operation: string
    readonly completedAt: string
  }
  'quality.inspection.created': LotData & {
    readonly inspection: string
    readonly severity?: string
    readonly createdAt: string
  }
  'quality.inspection.decided': LotData & {
    readonly inspection: string
    readonly decision: string
    readonly accepted: number
    readonly rejected: number
    readonly quantities: Quantities
    readonly by: string
    readonly decidedAt: string
  }
  'quality.lot.held': LotData & {
    readonly held: number
    readonly quantities?: Quantities
    readonly reason: { readonly code: string; readonly text: BothTexts }
    readonly at: string
  }
  'quality.lot.released': LotData & {
    readonly released: number
    readonly quantities: Quantities
    readonly decision?: string
    readonly at: string
  }
  'quality.lot.rejected': LotData & {
    readonly rejected: number
    readonly quantities: Quantities
    readonly decision: string
    readonly disposition?: string
    readonly at: string
  }
  'quality.nonconformity.opened': {
    readonly nonconformity: string
    readonly lot?: string
    readonly item?: string
    readonly severity: string
    readonly title: string
    readonly owner?: string
    readonly dueAt?: string
    readonly orders?: readonly string[]
    readonly openedAt: string
  }
  'quality.nonconformity.closed': {
    readonly nonconformity: string
    readonly lot?: string
    readonly effective: boolean
    readonly by: string
    readonly closedAt: string
  }
  'quality.eight-d.overdue': {
    readonly nonconformity: string
    readonly step: string
    readonly owner?: string
    readonly dueAt: string
    readonly daysOverdue: number
    readonly at: string
  }
  'logistics.shipment.registered': ShipmentData & {
    readonly direction: string
    readonly promisedAt?: string
    readonly registeredAt: string
  }
  'logistics.shipment.status-changed': ShipmentData & {
    readonly from: string
    readonly to: string
    readonly reason?: string
    readonly occurredAt: string
    readonly location?: string
    readonly at: string
  }
  'logistics.shipment.delivered': ShipmentData & {
    readonly direction: string
    readonly deliveredAt: string
    readonly signedBy?: string
    readonly lateHours?: number
  }
  'logistics.eta.changed': ShipmentData & {
    readonly eta: string
    readonly early?: string
    readonly late?: string
    readonly lateProbability?: number
    readonly at: string
  }
  'logistics.exception.opened': ShipmentData & {
    readonly exception: string
    readonly kind: string
    readonly owner?: string
    readonly text: BothTexts
    readonly openedAt: string
  }
  'logistics.exception.closed': ShipmentData & {
    readonly exception: string
    readonly resolution: string
    readonly closedAt: string
  }
  'logistics.lead-time.observed': ShipmentData & {
    readonly lane: string
    readonly hours: number
    readonly dispatchedAt: string
    readonly deliveredAt: string
  }
  'logistics.sensor.alarm': ShipmentData & {
    readonly measure: string
    readonly value: number
    readonly unit: string
    readonly since: string
    readonly lots?: readonly string[]
    readonly at: string
  }
  'signature.envelope.sent': EnvelopeData & { readonly recipients: number }
  'signature.envelope.viewed': EnvelopeData & { readonly recipient: string }
  'signature.envelope.signed': EnvelopeData & { readonly recipient: string; readonly level: string }
  'signature.envelope.completed': EnvelopeData
  'signature.envelope.rejected': EnvelopeData & {
    readonly recipient: string
    readonly reason?: string
  }
  'signature.envelope.expired': EnvelopeData
  'signature.envelope.voided': EnvelopeData & { readonly by: string; readonly reason?: string }
  'inventory.stock.below-reorder-point': StockData & { readonly onHand: number }
  'inventory.stockout.at-risk': StockData & {
    readonly probability: number
    readonly expectedAt?: string
    readonly nextReceiptAt?: string
    readonly orders?: readonly string[]
  }
  'inventory.suggestion.approved': StockData & {
    readonly suggestion: string
    readonly quantity: number
    readonly neededBy?: string
    readonly by: string
  }
}

export type FactType = keyof FactData
