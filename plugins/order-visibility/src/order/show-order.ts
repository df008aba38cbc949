import { findBlockers } from '../blockers/find-blockers.ts'
import type { LineView, OrderView, ShipmentView } from '../projection/order-view.ts'
import { judgePromise } from '../promises/judge-promise.ts'
import type { UsualStays } from '../promises/usual-stays.ts'
import type { Settings } from '../settings/settings.ts'
import { known } from '../shape/known.ts'
import { dueOfStay } from '../stages/due-of-stay.ts'
import { instantText, MS_PER_HOUR, when } from '../time/instant.ts'

/** The head of a 360° answer: stage, promise, what stands in the way. Pure. */
export function showHead(view: OrderView, usual: UsualStays, settings: Settings, now: number) {
  const blockers = findBlockers(view, settings, now)
  const judgement = judgePromise(view, blockers, usual, settings, now)
  const stay = view.stays.at(-1)
  const due = stay === undefined ? undefined : dueOfStay(stay, settings)
  return known({
    orderId: view.orderId,
    customer: view.customer,
    salesperson: view.salesperson,
    priority: view.priority,
    amount: view.amount,
    currency: view.currency,
    placedAt: when(view.placedAt),
    stage: stay?.stage ?? 'entered',
    since: when(stay?.enteredAt),
    ageHours:
      stay === undefined ? undefined : Math.round((now - stay.enteredAt) / (MS_PER_HOUR / 10)) / 10,
    dueAt: when(due),
    promise: known({
      promisedAt: when(judgement.promisedAt),
      expectedAt: when(judgement.expectedAt),
      onTimeProbability: judgement.onTimeProbability,
      reasons: judgement.reasons,
    }),
    blockers: blockers.map(({ since, ...blocker }) => ({ ...blocker, since: instantText(since) })),
  })
}

export function showLines({ lines, cover }: OrderView) {
  return lines.slice(0, 200).map((line) => known({ ...shownLine(line), ...riskOf(line, cover) }))
}

function shownLine({ dueAt, isCancelled, ...line }: LineView) {
  return { ...line, dueAt: when(dueAt), cancelled: isCancelled }
}

function riskOf({ sku, location }: LineView, cover: OrderView['cover']) {
  const about = cover.filter(
    (one) => one.sku === sku && (location ?? one.location) === one.location,
  )
  if (about.length === 0) return {}
  return { stockoutProbability: Math.max(...about.map(({ probability }) => probability)) }
}

export function showContracts({ envelopes }: OrderView) {
  return envelopes
    .slice(0, 50)
    .map(({ envelope, state, title, sentAt, changedAt, signed, recipients }) =>
      known({
        ...{ envelope, state, title, signed, recipients },
        ...{ sentAt: when(sentAt), changedAt: when(changedAt) },
      }),
    )
}

/** A line for each parcel, and for a shipment of which no parcel is known. */
export function showParcels({ shipments }: OrderView) {
  return shipments
    .flatMap((one) => parcelsOf(one).map((parcel) => parcelOf(one, parcel)))
    .slice(0, 100)
}

function parcelsOf({ parcels, status, since }: ShipmentView): ShipmentView['parcels'] {
  return parcels.length > 0 ? parcels : [{ status, since }]
}

function parcelOf(shipment: ShipmentView, parcel: ShipmentView['parcels'][number]) {
  const { eta, exceptions, direction, carrier, trackingNumbers } = shipment
  const open = exceptions.find(({ closedAt }) => closedAt === undefined)
  return known({
    ...{ shipment: shipment.shipment, parcel: parcel.parcel, status: parcel.status },
    ...{ direction, carrier, location: parcel.location },
    trackingNumber: parcel.trackingNumber ?? trackingNumbers[0],
    since: instantText(parcel.since),
    eta: parcel.status === 'delivered' ? undefined : when(eta?.at),
    etaEarly: parcel.status === 'delivered' ? undefined : when(eta?.early),
    etaLate: parcel.status === 'delivered' ? undefined : when(eta?.late),
    exception: open?.kind,
    owner: open?.owner,
  })
}

export function showQuality({ lots, nonconformities }: OrderView) {
  return lots.slice(0, 100).map((lot) => {
    const { lot: id, state, sku, unit, quantity, accepted, rejected, held, pending } = lot
    const about = nonconformities.filter((one) => one.lot === id)
    const open = about.find(({ closedAt }) => closedAt === undefined) ?? about.at(-1)
    return known({
      ...{ lot: id, state, sku, unit, quantity, accepted, rejected, held, pending },
      ...{ severity: lot.severity, since: instantText(lot.since) },
      nonconformity: open?.nonconformity,
      owner: open?.owner,
    })
  })
}

/** What is awaited from suppliers, and what may run out. */
export function showCover({ cover, purchases }: OrderView) {
  return {
    risks: cover.slice(0, 50).map(({ saidAt, nextReceiptAt, reorder, ...risk }) =>
      known({
        ...risk,
        saidAt: instantText(saidAt),
        nextReceiptAt: when(nextReceiptAt),
        reorder: reorder?.suggestion,
        reorderQuantity: reorder?.quantity,
        neededBy: reorder?.neededBy,
      }),
    ),
    purchases: purchases
      .slice(0, 50)
      .map(({ placedAt, expectedAt, ...purchase }) =>
        known({ ...purchase, placedAt: instantText(placedAt), expectedAt: when(expectedAt) }),
      ),
  }
}
