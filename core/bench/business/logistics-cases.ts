import type { Company } from '../../test/support/company.ts'
import { caseFiles, caseJson } from './cases.ts'
import { runBatch } from './run-batch.ts'

const SHIPMENTS = 'logistics.shipments@1'
const EPCIS = 'logistics.epcis@1'
const PLUGIN = '@signalbox/logistics-tracking'
/** What the values of the cities are rounded to is 1e-7 of a degree, and a thousandth of a metre. */
const DEGREES = 1e-5
const METRES = 1

interface HashCase {
  readonly document: Readonly<Record<string, unknown>>
  readonly hashes: readonly string[]
}

interface NumberCase {
  readonly courier: string
  readonly id: string | null
  readonly number: string
  readonly valid: boolean
}

interface City {
  readonly coords: Readonly<
    Record<'WGS84' | 'GCJ02' | 'BD09' | 'BD09MC' | 'EPSG3857', readonly [number, number]>
  >
}

interface Scenario {
  readonly events: readonly { status: string; eventTime: string; location: string }[]
  readonly expect: { readonly status: string; readonly events: number }
}

/** Words of the scenarios that this vocabulary has otherwise. */
const words: Readonly<Record<string, string>> = {
  info_received: 'label-created',
  attempt_failed: 'delivery-attempted',
}

/** Every shared case of logistics, asked of the services and functions over HTTP. */
export async function logisticsCases(company: Company): Promise<Readonly<Record<string, unknown>>> {
  const wrong = {
    documents: await wrongDocuments(company),
    hashes: await wrongHashes(company),
    numbers: await wrongNumbers(company),
    cities: await wrongCities(company),
    scenarios: await wrongScenarios(company),
  }
  const cases_wrong = Object.values(wrong).reduce((sum, one) => sum + one.length, 0)
  return { cases_wrong, ...(cases_wrong === 0 ? {} : { wrong }) }
}

async function wrongDocuments(company: Company): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const [name, document] of await caseFiles('logistics/epcis/valid')) {
    const { status } = await company.call(EPCIS, 'capture', { document })
    if (status !== 200) wrong.push(`${name} is valid`)
  }
  const invalid = await caseJson<readonly { name: string; document: unknown }[]>(
    'logistics/epcis/invalid.json',
  )
  for (const { name, document } of invalid) {
    const { status } = await company.call(EPCIS, 'capture', { document })
    if (status < 400 || status >= 500) wrong.push(`${name} is invalid`)
  }
  return wrong
}

async function wrongHashes(company: Company): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const { document, hashes } of await caseJson<readonly HashCase[]>(
    'logistics/epcis_event_hash.json',
  )) {
    const found = await hashesOf(company, document)
    for (const [index, hash] of hashes.entries()) {
      if (found[index] !== hash) wrong.push(`${hash}: ${found[index]}`)
    }
  }
  return wrong
}

/** As a capture answers, which knows what a document leaves out of them; of what is no document to capture, each by itself. */
async function hashesOf(
  company: Company,
  document: HashCase['document'],
): Promise<readonly string[]> {
  const captured = await company.call(EPCIS, 'capture', { document })
  if (captured.status === 200) return captured.body.hashes
  const context = [document['@context']].flat()
  const answers = eventsOf(document).map((event) => company.call(EPCIS, 'hash', { event, context }))
  return (await Promise.all(answers)).map(({ body }) => body?.hash ?? body?.code)
}

/** Of a document, or of the answer to a query. */
function eventsOf(document: Readonly<Record<string, unknown>>): readonly unknown[] {
  // biome-ignore lint/suspicious/noExplicitAny: a document is whatever it is
  const body = (document as any).epcisBody
  const results = body?.queryResults?.resultsBody ?? body
  return results?.eventList ?? [body?.event ?? document]
}

async function wrongNumbers(company: Company): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const { courier, id, number, valid } of await caseJson<readonly NumberCase[]>(
    'logistics/tracking_numbers.json',
  )) {
    const { items } = await company.ask(SHIPMENTS, 'detectCarrier', { trackingNumber: number })
    const found = (items as { carrier: string; service?: string }[]).some(
      ({ carrier, service }) => carrier === courier && (id === null || service === id),
    )
    if (found !== valid) wrong.push(number)
  }
  return wrong
}

async function wrongCities(company: Company): Promise<readonly string[]> {
  const cities = await caseJson<readonly City[]>('logistics/cn_coords.json')
  const systems = { gcj02: 'GCJ02', bd09: 'BD09', bd09mc: 'BD09MC', mercator: 'EPSG3857' } as const
  const wrong: string[] = []
  for (const [to, name] of Object.entries(systems)) {
    const columns = [
      cities.map(({ coords }) => coords.WGS84[0]),
      cities.map(({ coords }) => coords.WGS84[1]),
      cities.map(() => 'wgs84'),
      cities.map(() => to),
    ]
    const tolerance = to === 'bd09mc' || to === 'mercator' ? METRES : DEGREES
    const found = await runBatch(company, PLUGIN, 'crs_convert', columns)
    for (const [index, { coords }] of cities.entries()) {
      const expected = coords[name as keyof City['coords']]
      const { x = Number.NaN, y = Number.NaN } = (found[index] ?? {}) as { x?: number; y?: number }
      const off = Math.max(Math.abs(expected[0] - x), Math.abs(expected[1] - y))
      if (!(off <= tolerance)) wrong.push(`${to} ${index}: ${off}`)
    }
  }
  return wrong
}

async function wrongScenarios(company: Company): Promise<readonly string[]> {
  const wrong: string[] = []
  const wordOf = (status: string) => words[status] ?? status.replaceAll('_', '-')
  for (const [index, { events, expect }] of (
    await caseJson<readonly Scenario[]>('logistics/tracking_scenarios.json')
  ).entries()) {
    const shipment = `SCENARIO-${index}`
    const parcels = [{ trackingNumber: shipment, carrier: 'sf-express' }]
    await company.ask(SHIPMENTS, 'register', { shipment, direction: 'outbound', parcels })
    for (const { status, eventTime, location } of events) {
      const place = location === '' ? {} : { place: location }
      await company.ask(SHIPMENTS, 'report', {
        trackingNumber: shipment,
        status: wordOf(status),
        at: eventTime,
        ...place,
      })
    }
    const { status } = await company.ask(SHIPMENTS, 'shipment', { shipment })
    const { items } = await company.ask(SHIPMENTS, 'timeline', { shipment })
    if (status !== wordOf(expect.status) || items.length !== expect.events)
      wrong.push(`${shipment}: ${status}, ${items.length}`)
  }
  return wrong
}
