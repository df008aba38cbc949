import type { Context } from '@signalbox/sdk'
import { maskAddress, maskName, maskText } from '../masking/mask.ts'
import { timeline } from '../scans/timeline.ts'
import { readShipment } from './shipment-reads.ts'

const OPERATION = 'logistics.shipments/publicTracking'
const DEFAULT_DAYS = 30
const DAY_S = 86_400

/** A link for whoever waits for the shipment: no account, nothing of orders or contents, personal data masked. */
export async function shareTracking(
  { shipment, days = DEFAULT_DAYS }: { readonly shipment: string; readonly days?: number },
  ctx: Context,
) {
  await readShipment({ shipment }, ctx)
  return ctx.links.share(OPERATION, { shipment }, { ttlS: days * DAY_S })
}

const PLACE_WORDS = 40
const MOST_SCANS = 100

/** What the link shows. A place that is as long as an address is cut to its district. */
export async function publicTracking({ shipment }: { readonly shipment: string }, ctx: Context) {
  const view = await readShipment({ shipment }, ctx)
  const { items } = await timeline({ shipment, limit: 200 }, ctx)
  const { status, promisedAt, deliveredAt, asOf } = view
  return {
    ...{ status, asOf },
    ...(promisedAt === undefined ? {} : { promisedAt }),
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    parcels: view.parcels.map(({ trackingNumber, carrier, status: is }) => ({
      trackingNumber: maskNumber(trackingNumber),
      status: is,
      ...(carrier === undefined ? {} : { carrier }),
    })),
    scans: items
      .filter((entry) => entry.quarantined !== true && entry.passage === undefined)
      .slice(-MOST_SCANS)
      .map(({ at, status: is, place, text }) => ({
        ...{ at, status: is },
        ...(place === undefined ? {} : { place: maskPlace(place) }),
        ...(text === undefined ? {} : { text: maskText(text) }),
      })),
  }
}

/** A waybill opens the carrier's own page, with names and telephone numbers: its middle is not shown. */
function maskNumber(number: string): string {
  return number.length <= 8
    ? maskName(number)
    : `${number.slice(0, 4)}${'*'.repeat(number.length - 8)}${number.slice(-4)}`
}

function maskPlace(place: string): string {
  const isAddress = /\d|号|室|幢|栋|路|街|弄|巷/.test(place) || place.length > PLACE_WORDS
  return isAddress ? maskAddress(place) : maskText(place)
}
