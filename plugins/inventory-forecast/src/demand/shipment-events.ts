import type { Context, PluginEvent } from '@signalbox/sdk'
import { dayOfMs, msOfInstant } from '../calendar/instant.ts'
import { lookAtStock } from '../suggestions/look-at-stock.ts'
import { refuseImplausibleInstant } from './demand-facts.ts'
import { offsetOf, type PlanningConfig } from './settings.ts'
import { recordExpectation, recordTransport, seriesOfShipment } from './shipment-store.ts'

interface ShipmentData {
  readonly shipment: string
  readonly purchaseOrder?: string
  readonly supplier?: string
  readonly items?: readonly { readonly sku: string; readonly location?: string }[]
}

interface EtaData extends ShipmentData {
  readonly eta: string
  readonly at: string
}

interface LeadTimeData extends ShipmentData {
  readonly hours: number
  readonly deliveredAt: string
}

const HOURS_PER_DAY = 24

/** Goods on their way are expected at another time: the next receipt moves, and with it what may run out before. */
async function onEta({ data }: PluginEvent<EtaData>, ctx: Context): Promise<void> {
  const offset = offsetOf(ctx.config as PlanningConfig)
  const saidAtMs = msOfInstant(data.at)
  refuseImplausibleInstant(saidAtMs, ctx.now())
  const expectedOn = dayOfMs(msOfInstant(data.eta), offset)
  await recordExpectation(ctx, { ...shipmentOf(data), expectedOn, saidAtMs })
  for (const key of await seriesOfShipment(ctx, data.shipment)) await lookAtStock(ctx, key)
}

async function onLeadTime({ data }: PluginEvent<LeadTimeData>, ctx: Context): Promise<void> {
  const deliveredAtMs = msOfInstant(data.deliveredAt)
  refuseImplausibleInstant(deliveredAtMs, ctx.now())
  const days = data.hours / HOURS_PER_DAY
  await recordTransport(ctx, { ...shipmentOf(data), deliveredAtMs, days })
  for (const key of await seriesOfShipment(ctx, data.shipment)) await lookAtStock(ctx, key)
}

function shipmentOf({ shipment, purchaseOrder, supplier, items = [] }: ShipmentData) {
  return {
    ...{ shipment, items },
    ...(purchaseOrder === undefined ? {} : { order: purchaseOrder }),
    ...(supplier === undefined ? {} : { supplier }),
  }
}

export const shipmentEvents = {
  'logistics.eta.changed': onEta,
  'logistics.lead-time.observed': onLeadTime,
}
