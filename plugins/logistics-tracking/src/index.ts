import { definePlugin } from '@signalbox/sdk'
import { arrivalOperations } from './arrivals/arrival-service.ts'
import { learnFromDeliveries } from './arrivals/learn.ts'
import { applyMappings } from './carriers/mappings.ts'
import { epcisService } from './epcis/epcis-service.ts'
import { takeDueScans } from './epcis/take-due-scans.ts'
import { exceptionOperations } from './exceptions/exception-service.ts'
import { onSensorAlarm } from './exceptions/on-sensor-alarm.ts'
import { forgetMessages } from './intake/replay.ts'
import { readRest } from './intake/take-body.ts'
import { webhooks } from './intake/webhooks.ts'
import { placeOperations } from './places/place-operations.ts'
import { positionOperations } from './places/position-operations.ts'
import { routeOperations } from './places/route-operations.ts'
import { pollCarriers } from './polling/poll-carriers.ts'
import { takeEpcisScans } from './scans/epcis-scans.ts'
import { releaseScans } from './scans/quarantine.ts'
import { selfTest } from './self-test.ts'
import { onOrderShipped } from './shipments/order-shipped.ts'
import { shipmentsOfKeys } from './shipments/shipments-of-keys.ts'
import { shipmentOperations } from './shipments/shipments-service.ts'
import { trace } from './trace/trace-operation.ts'
import { logisticsUdfs } from './udfs.ts'
import { lookAtShipments } from './watching/look-at-shipments.ts'

export default definePlugin({
  services: {
    'logistics.epcis': epcisService({ takeScans: takeEpcisScans, shipmentsOf: shipmentsOfKeys }),
    'logistics.shipments': {
      ...shipmentOperations,
      ...arrivalOperations,
      ...exceptionOperations,
      ...placeOperations,
      ...routeOperations,
      ...positionOperations,
      trace,
    },
  },
  on: {
    'logistics.sensor.alarm': onSensorAlarm,
    'orders.order.shipped': onOrderShipped,
    'signalbox.contributions.changed': (_, ctx) => applyMappings(ctx),
  },
  jobs: {
    'apply-mapping': (_, ctx) => applyMappings(ctx),
    'forget-messages': (_, ctx) => forgetMessages(ctx),
    'learn-lanes': (_, ctx) => learnFromDeliveries(ctx),
    'look-at-shipments': (_, ctx) => lookAtShipments(ctx),
    'poll-carriers': (_, ctx) => pollCarriers(ctx),
    'read-again': (_, ctx) => applyMappings(ctx),
    'read-rest': readRest,
    'release-scans': (_, ctx) => releaseScans(ctx),
    'take-epcis-scans': (_, ctx) => takeDueScans(ctx, takeEpcisScans),
  },
  udfs: logisticsUdfs,
  webhooks,
  selfTest,
})
