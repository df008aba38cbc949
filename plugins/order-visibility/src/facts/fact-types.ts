import { type Link, nodeOf } from './fact.ts'
import type { FactData, FactType, ShipmentData } from './fact-data.ts'

export type Block = 'order' | 'lines' | 'contracts' | 'parcels' | 'quality' | 'cover'

/** How facts of a type are known, placed in time, and tied to orders. */
interface FactSpec<Data> {
  /** The part of an order's view that it speaks of. */
  readonly block: Block
  readonly node: (data: Data) => string
  readonly happened: (data: Data) => string
  /** What makes two tellings one fact, beside the type. */
  readonly key: (data: Data) => string
  readonly links?: (data: Data) => readonly Link[]
  /** The stock that it is about too: orders that want the item may change by it. */
  readonly stock?: (data: Data) => { readonly sku: string; readonly location?: string }
  /** False: no order can change by it, and it is not kept. */
  readonly concerns?: (data: Data) => boolean
}

const order = (id: string) => nodeOf('order', id)
const lot = (id: string) => nodeOf('lot', id)
const shipment = (id: string) => nodeOf('shipment', id)
const purchase = (id: string) => nodeOf('purchase', id)
/** One line, and one item, of a purchase order: a lot that came for one line must not trouble who waits for another. */
const purchaseLine = (id: string, line: string) => nodeOf('purchase-line', `${id}#${line}`)
const purchaseItem = (id: string, sku: string) => nodeOf('purchase-item', `${id}#${sku}`)

const key = (...parts: readonly (string | undefined)[]) => JSON.stringify(parts)
const toOrders = (from: string, orders: readonly string[] = []): Link[] =>
  orders.map((id) => ({ from, to: order(id) }))
const lotLinks = (data: {
  readonly lot: string
  readonly item: string
  readonly purchaseOrder?: string
  readonly orders?: readonly string[]
}): Link[] => [
  ...toOrders(lot(data.lot), data.orders),
  ...(data.purchaseOrder === undefined
    ? []
    : [{ from: lot(data.lot), to: purchaseItem(data.purchaseOrder, data.item) }]),
]
const shipmentLinks = ({ shipment: id, orders, purchaseOrder }: ShipmentData): Link[] => [
  ...toOrders(shipment(id), orders),
  ...(purchaseOrder === undefined ? [] : [{ from: shipment(id), to: purchase(purchaseOrder) }]),
]
const lotsOf = (orderId: string, lines: readonly { readonly lot?: string }[]): Link[] =>
  lines.flatMap((line) =>
    line.lot === undefined ? [] : [{ from: lot(line.lot), to: order(orderId) }],
  )

function ofOrder<Data extends { readonly orderId: string }>(
  happened: (data: Data) => string,
  own: (data: Data) => string | undefined = happened,
): FactSpec<Data> {
  return {
    block: 'order',
    node: ({ orderId }) => order(orderId),
    happened,
    key: (data) => key(data.orderId, own(data)),
  }
}

function ofShipment<Data extends ShipmentData>(
  happened: (data: Data) => string,
  own: (data: Data) => string | undefined,
): FactSpec<Data> {
  return {
    block: 'parcels',
    node: (data) => shipment(data.shipment),
    happened,
    key: (data) => key(data.shipment, data.parcel, own(data)),
    links: shipmentLinks,
  }
}

function ofEnvelope<
  Data extends {
    readonly envelope: string
    readonly orderId?: string
    readonly contract?: string
    readonly at: string
  },
>(own: (data: Data) => string | undefined = () => undefined): FactSpec<Data> {
  return {
    block: 'contracts',
    node: ({ envelope }) => nodeOf('envelope', envelope),
    happened: ({ at }) => at,
    key: (data) => key(data.envelope, own(data)),
    links: ({ envelope, orderId, contract }) => [
      ...(orderId === undefined ? [] : toOrders(nodeOf('envelope', envelope), [orderId])),
      ...(contract === undefined
        ? []
        : [{ from: nodeOf('envelope', envelope), to: nodeOf('contract', contract) }]),
    ],
  }
}

function ofLot<
  Data extends {
    readonly lot: string
    readonly item: string
    readonly purchaseOrder?: string
    readonly orders?: readonly string[]
  },
>(happened: (data: Data) => string, own: (data: Data) => string | undefined): FactSpec<Data> {
  return {
    block: 'quality',
    node: (data) => lot(data.lot),
    happened,
    key: (data) => key(data.lot, own(data)),
    links: lotLinks,
  }
}

function ofStock<
  Data extends { readonly sku: string; readonly location: string; readonly at: string },
>(own: (data: Data) => string | undefined): FactSpec<Data> {
  return {
    block: 'cover',
    node: ({ sku }) => nodeOf('sku', sku),
    happened: ({ at }) => at,
    key: (data) => key(data.sku, data.location, own(data)),
    stock: ({ sku, location }) => ({ sku, location }),
  }
}

const nonconformityLinks = (data: {
  readonly nonconformity: string
  readonly lot?: string
  readonly orders?: readonly string[]
}): Link[] => [
  ...toOrders(nodeOf('nonconformity', data.nonconformity), data.orders),
  ...(data.lot === undefined
    ? []
    : [{ from: nodeOf('nonconformity', data.nonconformity), to: lot(data.lot) }]),
]

export const factTypes: { readonly [Type in FactType]: FactSpec<FactData[Type]> } = {
  'orders.order.created': {
    ...ofOrder(
      ({ placedAt }) => placedAt,
      () => undefined,
    ),
    // `contract` is a number of a contract or of an envelope.
    links: ({ orderId, contract }) =>
      contract === undefined
        ? []
        : [
            { from: nodeOf('contract', contract), to: order(orderId) },
            { from: nodeOf('envelope', contract), to: order(orderId) },
          ],
  },
  'orders.order.changed': ofOrder(({ changedAt }) => changedAt),
  'orders.order.cancelled': ofOrder(({ cancelledAt }) => cancelledAt),
  'orders.order.released': ofOrder(({ releasedAt }) => releasedAt),
  'orders.order.allocated': {
    ...ofOrder(({ at }) => at),
    block: 'lines',
    links: ({ orderId, lines }) => lotsOf(orderId, lines),
  },
  'orders.order.shipped': {
    ...ofOrder(
      ({ shippedAt }) => shippedAt,
      ({ shipment: id, shippedAt }) => key(id, shippedAt),
    ),
    block: 'lines',
    links: ({ orderId, lines, shipment: id }) => [
      ...lotsOf(orderId, lines),
      ...(id === undefined ? [] : toOrders(shipment(id), [orderId])),
    ],
  },
  'orders.invoice.issued': ofOrder(
    ({ issuedAt }) => issuedAt,
    ({ invoiceId }) => invoiceId,
  ),
  'orders.payment.received': ofOrder(
    ({ receivedAt }) => receivedAt,
    ({ paymentId }) => paymentId,
  ),
  'purchasing.order.placed': {
    block: 'cover',
    node: ({ purchaseOrder }) => purchase(purchaseOrder),
    happened: ({ placedAt }) => placedAt,
    key: ({ purchaseOrder }) => key(purchaseOrder),
    links: ({ purchaseOrder, lines }) =>
      lines.flatMap(({ line, sku, forOrder }) =>
        forOrder === undefined
          ? []
          : [
              { from: purchase(purchaseOrder), to: order(forOrder) },
              { from: purchaseLine(purchaseOrder, line), to: order(forOrder) },
              { from: purchaseItem(purchaseOrder, sku), to: order(forOrder) },
            ],
      ),
  },
  'purchasing.order.changed': {
    block: 'cover',
    node: ({ purchaseOrder }) => purchase(purchaseOrder),
    happened: ({ changedAt }) => changedAt,
    key: ({ purchaseOrder, changedAt }) => key(purchaseOrder, changedAt),
  },
  'stock.receipt.created': {
    ...ofLot(
      ({ receivedAt }) => receivedAt,
      ({ receipt }) => receipt,
    ),
    // Who the receipt names waits for it; else whoever its purchase order or shipment is for.
    links: (data) => [
      ...toOrders(lot(data.lot), data.orders),
      ...(data.purchaseOrder === undefined
        ? []
        : [
            {
              from: lot(data.lot),
              to:
                data.purchaseOrderLine === undefined
                  ? purchaseItem(data.purchaseOrder, data.item)
                  : purchaseLine(data.purchaseOrder, data.purchaseOrderLine),
            },
          ]),
      ...(data.shipment === undefined
        ? []
        : [
            ...(data.orders === undefined
              ? [{ from: lot(data.lot), to: shipment(data.shipment) }]
              : []),
            ...toOrders(shipment(data.shipment), data.orders),
          ]),
    ],
    stock: ({ item, location }) => ({ sku: item, location }),
  },
  'stock.movement.recorded': {
    block: 'lines',
    node: ({ order: id = '' }) => order(id),
    happened: ({ at }) => at,
    key: ({ movement }) => key(movement),
    links: ({ order: id = '', lot: of }) => (of === undefined ? [] : lotsOf(id, [{ lot: of }])),
    concerns: ({ order: id }) => id !== undefined,
  },
  'production.lot.completed': ofLot(
    ({ completedAt }) => completedAt,
    ({ operation, completedAt }) => key(operation, completedAt),
  ),
  'quality.inspection.created': ofLot(
    ({ createdAt }) => createdAt,
    ({ inspection }) => inspection,
  ),
  'quality.inspection.decided': ofLot(
    ({ decidedAt }) => decidedAt,
    ({ decision }) => decision,
  ),
  'quality.lot.held': ofLot(
    ({ at }) => at,
    ({ at }) => at,
  ),
  'quality.lot.released': {
    ...ofLot(
      ({ at }) => at,
      ({ at, decision }) => key(at, decision),
    ),
    stock: ({ item, location }) => ({ sku: item, ...(location === undefined ? {} : { location }) }),
  },
  'quality.lot.rejected': ofLot(
    ({ at }) => at,
    ({ decision, disposition }) => key(decision, disposition),
  ),
  'quality.nonconformity.opened': {
    block: 'quality',
    node: ({ nonconformity }) => nodeOf('nonconformity', nonconformity),
    happened: ({ openedAt }) => openedAt,
    key: ({ nonconformity, openedAt }) => key(nonconformity, openedAt),
    links: nonconformityLinks,
  },
  'quality.nonconformity.closed': {
    block: 'quality',
    node: ({ nonconformity }) => nodeOf('nonconformity', nonconformity),
    happened: ({ closedAt }) => closedAt,
    key: ({ nonconformity, closedAt }) => key(nonconformity, closedAt),
    links: nonconformityLinks,
  },
  'quality.eight-d.overdue': {
    block: 'quality',
    node: ({ nonconformity }) => nodeOf('nonconformity', nonconformity),
    happened: ({ at }) => at,
    key: ({ nonconformity, step, at }) => key(nonconformity, step, at),
  },
  'logistics.shipment.registered': ofShipment(
    ({ registeredAt }) => registeredAt,
    () => undefined,
  ),
  'logistics.shipment.status-changed': ofShipment(
    ({ occurredAt }) => occurredAt,
    ({ to, occurredAt, at }) => key(to, occurredAt, at),
  ),
  'logistics.shipment.delivered': ofShipment(
    ({ deliveredAt }) => deliveredAt,
    ({ deliveredAt }) => deliveredAt,
  ),
  'logistics.eta.changed': ofShipment(
    ({ at }) => at,
    ({ at }) => at,
  ),
  'logistics.exception.opened': ofShipment(
    ({ openedAt }) => openedAt,
    ({ exception }) => exception,
  ),
  'logistics.exception.closed': ofShipment(
    ({ closedAt }) => closedAt,
    ({ exception }) => exception,
  ),
  'logistics.lead-time.observed': ofShipment(
    ({ deliveredAt }) => deliveredAt,
    ({ lane, dispatchedAt }) => key(lane, dispatchedAt),
  ),
  'logistics.sensor.alarm': {
    ...ofShipment(
      ({ at }) => at,
      ({ measure, since }) => key(measure, since),
    ),
    links: (data) => [
      ...shipmentLinks(data),
      ...(data.lots ?? []).map((id) => ({ from: lot(id), to: shipment(data.shipment) })),
    ],
  },
  'signature.envelope.sent': ofEnvelope(),
  'signature.envelope.viewed': ofEnvelope(({ recipient, at }) => key(recipient, at)),
  'signature.envelope.signed': ofEnvelope(({ recipient }) => recipient),
  'signature.envelope.completed': ofEnvelope(),
  'signature.envelope.rejected': ofEnvelope(({ recipient }) => recipient),
  'signature.envelope.expired': ofEnvelope(),
  'signature.envelope.voided': ofEnvelope(),
  'inventory.stock.below-reorder-point': ofStock(({ at }) => at),
  'inventory.stockout.at-risk': ofStock(({ at }) => at),
  'inventory.suggestion.approved': ofStock(({ suggestion }) => suggestion),
}
