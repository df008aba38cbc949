import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Company } from '../../test/support/company.ts'
import { SeededRandom } from '../seeded-random.ts'

const SERVICE = 'logistics.shipments@1'
const AT_ONCE = 8
/** The plan lets 200 calls a second through. */
const CALL_MS = 6
const scans = [
  { status: 'label-created', at: '2026-03-01T09:00:00+08:00' },
  { status: 'picked-up', at: '2026-03-01T18:00:00+08:00', place: '深圳' },
  { status: 'in-transit', at: '2026-03-02T03:00:00+08:00', place: '广州' },
  { status: 'arrived-at-hub', at: '2026-03-02T03:00:00+08:00', place: '广州' },
  { status: 'out-for-delivery', at: '2026-03-03T08:00:00+08:00', place: '武汉' },
  { status: 'delivery-attempted', at: '2026-03-03T12:00:00+08:00', reason: 'nobody-home' },
  { status: 'out-for-delivery', at: '2026-03-04T08:00:20+08:00', place: '武汉' },
  { status: 'delivered', at: '2026-03-04T10:00:00+08:00', place: '武汉' },
  { status: 'in-transit', at: '2026-03-05T10:00:00+08:00', place: '武汉' },
] as const

/** One set of scans told in random orders, some twice or three times: each parcel must end as the others do. */
export async function scanPermutations(
  company: Company,
  count: number,
): Promise<Readonly<Record<string, unknown>>> {
  const seeded = new SeededRandom('permutations')
  const random = () => seeded.next()
  const orders = Array.from({ length: count }, () => shuffled(random))
  let expected: unknown
  let wrong = 0
  for (let from = 0; from < count; from += AT_ONCE) {
    const part = orders.slice(from, from + AT_ONCE)
    const calls = part.reduce((sum, order) => sum + order.length + 3, 0)
    const told = part.map((order, index) => toldIn(company, `PERM-${from + index}`, order))
    const [ends] = await Promise.all([Promise.all(told), delay(calls * CALL_MS)])
    for (const end of ends) {
      expected ??= end
      if (!isDeepStrictEqual(end, expected)) wrong += 1
    }
  }
  return { permutations: count, permutations_wrong: wrong }
}

async function toldIn(company: Company, number: string, order: readonly (typeof scans)[number][]) {
  const parcels = [{ trackingNumber: number, carrier: 'sf-express' }]
  await company.ask(SERVICE, 'register', { shipment: number, direction: 'outbound', parcels })
  for (const scan of order)
    await company.ask(SERVICE, 'report', { trackingNumber: number, ...scan })
  const { status, parcels: seen } = await company.ask(SERVICE, 'shipment', { shipment: number })
  const { items } = await company.ask(SERVICE, 'timeline', { shipment: number })
  // When each was heard, and of which parcel, is another for each.
  const known = (items as object[]).map((scan) => ({ ...scan, knownAt: '', parcel: '' }))
  return { status, parcel: { ...seen[0], parcel: '', trackingNumber: '' }, known }
}

function shuffled(random: () => number): readonly (typeof scans)[number][] {
  const told = scans.flatMap((scan) =>
    Array.from({ length: 1 + Math.floor(random() * 2.3) }, () => scan),
  )
  for (let last = told.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const [one, two] = [told[last], told[other]]
    if (one !== undefined && two !== undefined) [told[last], told[other]] = [two, one]
  }
  return told
}
