import type { Context, PluginEvent } from '@signalbox/sdk'
import type { Origin } from '../inspection/inspection-row.ts'
import { summaryOf, testShown } from '../inspection/inspection-summary.ts'
import {
  checkedArrival,
  type ProducedData,
  producedArrival,
  type ReceiptData,
  receivedArrival,
  type SupplierMeasurement,
} from './lot-arrival.ts'
import { receiveLot } from './receive-lot.ts'

interface CreateInspectionInput {
  /** What it is known by: the same document, line, lot and instant again is the same inspection. */
  readonly document: string
  readonly line?: string
  readonly arrivedAt: string
  readonly origin?: Exclude<Origin, 'rework'>
  readonly lot: string
  readonly item: string
  readonly supplier?: string
  readonly operation?: string
  readonly quantity: number
  readonly unit: string
  readonly location?: string
  readonly purchaseOrder?: string
  readonly orders?: readonly string[]
  readonly serials?: readonly string[]
  readonly measured?: readonly SupplierMeasurement[]
}

/** What a receipt does, by hand. */
export async function createInspection(input: CreateInspectionInput, ctx: Context) {
  const { origin = 'manual', line = '', supplier = '', operation = 'receiving' } = input
  const { location = null, purchaseOrder = null, orders = [], serials = [], measured = [] } = input
  const { document, arrivedAt, lot, item, quantity, unit } = input
  const arrival = checkedArrival({
    ...{ origin, document, line, arrivedAt, lot, item, supplier, operation, quantity, unit },
    ...{ location, purchaseOrder, orders, serials, measured, event: null },
  })
  const row = await receiveLot(arrival, ctx)
  return { ...summaryOf(row), tests: row.tests.map(testShown) }
}

export const lotEvents = {
  'stock.receipt.created': async (event: PluginEvent<ReceiptData>, ctx: Context) => {
    await receiveLot(receivedArrival(event), ctx)
  },
  'production.lot.completed': async (event: PluginEvent<ProducedData>, ctx: Context) => {
    await receiveLot(producedArrival(event), ctx)
  },
}
