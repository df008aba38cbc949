import { definePlugin } from '@signalbox/sdk'
import type { Test } from 'tap'
import { epcisService } from '../../src/epcis/epcis-service.ts'
import type { EventScan } from '../../src/epcis/scan-feed.ts'
import { trace } from '../../src/trace/trace-operation.ts'
import { logisticsUdfs } from '../../src/udfs.ts'
import type { Json } from '../logistics-cases.ts'
import { epcisHost } from './epcis-host.ts'

export const gtin = '04012345111118'
export const lot = (name: string) => `https://id.gs1.org/01/${gtin}/10/${name}`
export const item = (serial: number | string) => `https://id.gs1.org/01/${gtin}/21/${serial}`

/** The 18 digits of an SSCC. */
export function ssccDigits(n: number): string {
  const body = `34012345${String(n).padStart(9, '0')}`
  const sum = [...body]
    .reverse()
    .reduce((all, digit, i) => all + Number(digit) * (i % 2 === 0 ? 3 : 1), 0)
  return body + ((10 - (sum % 10)) % 10)
}

export const sscc = (n: number) => `https://id.gs1.org/00/${ssccDigits(n)}`

let minute = 0
/** Each later than the one before, unless a minute is named. */
export const at = (m = ++minute) => new Date(Date.UTC(2026, 0, 10, 0, m)).toISOString()

export const event = (type: string, fields: Json) => ({
  type,
  eventTime: at(),
  eventTimeZoneOffset: '+08:00',
  ...fields,
})

export const documentOf = (...eventList: Json[]) => ({
  '@context': [
    'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
    { own: 'https://own.example/', cbvmda: 'urn:epcglobal:cbv:mda:' },
  ],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-01-10T00:00:00Z',
  epcisBody: { eventList },
})

export const pack = (parent: string, children: string[], action = 'ADD', more = {}) =>
  event('AggregationEvent', {
    parentID: parent,
    childEPCs: children,
    action,
    bizStep: 'packing',
    ...more,
  })

export const make = (inputs: string[], outputs: string[], more = {}) =>
  event('TransformationEvent', {
    inputQuantityList: inputs.map((epcClass) => ({ epcClass, quantity: 1, uom: 'KGM' })),
    outputQuantityList: outputs.map((epcClass) => ({ epcClass })),
    bizStep: 'commissioning',
    ...more,
  })

/** The plugin's EPCIS on tables of its own, with a register that knows of one shipment and a hand that takes scans. */
export async function epcisWords(t: Test) {
  const scans: EventScan[] = []
  const plugin = definePlugin({
    services: {
      'logistics.epcis': epcisService({
        takeScans: async (ctx, taken, done) => {
          scans.push(...taken)
          await ctx.db.transaction(done)
        },
        shipmentsOf: async (_, keys) =>
          new Map(
            keys
              .filter((key) => key === sscc(1))
              .map((key) => [key, { shipment: 'S-1', orders: ['O-1'] }]),
          ),
      }),
      'logistics.shipments': { trace },
    },
    udfs: logisticsUdfs,
  }) as Json
  const { host, pool } = await epcisHost(t, plugin)
  const call = (operation: string, input: Json): Promise<Json> =>
    host.call('logistics.epcis', operation, input)
  const capture = (...events: Json[]) => call('capture', { document: documentOf(...events) })
  const traceOf = (epc: string, direction: string, more = {}): Promise<Json> =>
    host.call('logistics.shipments', 'trace', { epc, direction, ...more })
  const empty = async () => {
    await pool.query(
      'truncate epcis_events, epcis_keys, epcis_memberships, epcis_flows, sensor_limits, sensor_series, sensor_readings, sensor_alarms',
    )
    ;(host.published as unknown[]).length = 0
    scans.length = 0
  }
  return { host, pool, scans, call, capture, traceOf, empty }
}
