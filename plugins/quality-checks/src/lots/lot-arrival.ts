import type { PluginEvent } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import type { Origin } from '../inspection/inspection-row.ts'
import { isCounted, unitCode } from '../units/units-of-measure.ts'
import { requireQuantity } from './quantities.ts'

/** A lot, or a part of one, that is there to be inspected. */
export interface LotArrival {
  readonly origin: Origin
  /** Receipt, work order, or what was named by hand; with line, lot and instant the business key. */
  readonly document: string
  readonly line: string
  readonly arrivedAt: string
  readonly lot: string
  readonly item: string
  /** Empty for goods of own production. */
  readonly supplier: string
  readonly operation: string
  readonly quantity: number
  readonly unit: string
  readonly location: string | null
  readonly purchaseOrder: string | null
  readonly orders: readonly string[]
  readonly serials: readonly string[]
  /** What the supplier measured himself. */
  readonly measured: readonly SupplierMeasurement[]
  readonly event: { readonly source: string; readonly id: string } | null
}

export interface SupplierMeasurement {
  readonly characteristic: string
  readonly value: number
  readonly unit?: string
}

export interface ReceiptData {
  readonly receipt: string
  readonly lot: string
  readonly supplier: string
  readonly item: string
  readonly quantity: number
  readonly unit: string
  readonly location: string
  readonly receivedAt: string
  readonly purchaseOrder?: string
  readonly purchaseOrderLine?: string
  readonly operation?: string
  readonly serials?: readonly string[]
  readonly orders?: readonly string[]
  readonly measured?: readonly SupplierMeasurement[]
}

export interface ProducedData {
  readonly lot: string
  readonly item: string
  readonly quantity: number
  readonly unit: string
  readonly operation: string
  readonly location: string
  readonly completedAt: string
  readonly workOrder?: string
  readonly serials?: readonly string[]
  readonly orders?: readonly string[]
}

export function receivedArrival({ source, id, data }: PluginEvent<ReceiptData>): LotArrival {
  return checkedArrival({
    origin: 'receipt',
    document: data.receipt,
    line: data.purchaseOrderLine ?? '',
    arrivedAt: data.receivedAt,
    lot: data.lot,
    item: data.item,
    supplier: data.supplier,
    operation: data.operation ?? 'receiving',
    quantity: data.quantity,
    unit: data.unit,
    location: data.location,
    purchaseOrder: data.purchaseOrder ?? null,
    orders: data.orders ?? [],
    serials: data.serials ?? [],
    measured: data.measured ?? [],
    event: { source, id },
  })
}

export function producedArrival({ source, id, data }: PluginEvent<ProducedData>): LotArrival {
  return checkedArrival({
    origin: 'production',
    document: data.workOrder ?? data.lot,
    line: data.operation,
    arrivedAt: data.completedAt,
    lot: data.lot,
    item: data.item,
    supplier: '',
    operation: data.operation,
    quantity: data.quantity,
    unit: data.unit,
    location: data.location,
    purchaseOrder: null,
    orders: data.orders ?? [],
    serials: data.serials ?? [],
    measured: [],
    event: { source, id },
  })
}

/**
 * What no schema says of an arrival.
 * @throws QUANTITY_INVALID, SERIALS_REPEATED, INSTANT_INVALID
 */
export function checkedArrival(arrival: LotArrival): LotArrival {
  const quantity = requireQuantity(arrival.quantity)
  const unit = unitCode(arrival.unit)
  if (isCounted(unit) && !Number.isInteger(quantity)) {
    throw new Refusal(
      'QUANTITY_INVALID',
      `${quantity} ${unit} is no number of pieces: correct quantity or unit.`,
    )
  }
  const { serials } = arrival
  if (new Set(serials).size < serials.length) {
    throw new Refusal('SERIALS_REPEATED', 'A serial number is named twice: each item has its own.')
  }
  if (serials.length > 0 && serials.length !== quantity) {
    throw new Refusal(
      'QUANTITY_INVALID',
      `${serials.length} serial numbers came for a quantity of ${quantity}.`,
    )
  }
  const arrivedAt = Date.parse(arrival.arrivedAt)
  if (Number.isNaN(arrivedAt)) {
    throw new Refusal('INSTANT_INVALID', `${arrival.arrivedAt} is no instant.`)
  }
  return { ...arrival, quantity, unit, arrivedAt: new Date(arrivedAt).toISOString() }
}
