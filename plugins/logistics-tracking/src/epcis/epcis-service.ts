import type { Context } from '@signalbox/sdk'
import type { LimitWish } from '../sensors/sensor-limit.ts'
import {
  type AlarmsRequest,
  alarms,
  dropLimit,
  limits,
  type ReadingsReport,
  readings,
  reportReadings,
  type SeriesRequest,
  setLimit,
} from '../sensors/sensor-operations.ts'
import { type CapturePorts, capture } from './capture-operation.ts'
import type { EpcisEvent } from './document.ts'
import { hash } from './hash-operation.ts'
import { type QueryRequest, query } from './query-operation.ts'

/** Handlers of `logistics.epcis@1`. @param ports what the register of shipments does for it */
export function epcisService(ports: CapturePorts) {
  return {
    capture: (input: { readonly document: EpcisEvent }, ctx: Context) => capture(input, ctx, ports),
    query: (input: QueryRequest, ctx: Context) => query(input, ctx),
    hash,
    setSensorLimit: (input: LimitWish, ctx: Context) => setLimit(input, ctx),
    dropSensorLimit: (input: { readonly id: string }, ctx: Context) => dropLimit(input, ctx),
    sensorLimits: (input: { readonly limit?: number; readonly cursor?: string }, ctx: Context) =>
      limits(input, ctx),
    reportReadings: (input: ReadingsReport, ctx: Context) =>
      reportReadings(input, ctx, ports.shipmentsOf),
    sensorReadings: (input: SeriesRequest, ctx: Context) => readings(input, ctx),
    sensorAlarms: (input: AlarmsRequest, ctx: Context) => alarms(input, ctx),
  }
}
