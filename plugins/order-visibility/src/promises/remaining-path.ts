import type { OrderView } from '../projection/order-view.ts'
import type { Stage } from '../stages/stages.ts'
import { isWanting } from '../subjects/cover.ts'
import { progressOf } from '../subjects/shipments.ts'
import { MS_PER_HOUR } from '../time/instant.ts'
import { type Duration, remainingOf } from './duration.ts'
import { type UsualStays, usualOf } from './usual-stays.ts'

/** What an order still has to go through, with what is known of each part. */
export interface PathPart {
  readonly stage: Stage
  readonly duration: Duration
  readonly by: 'usual' | 'carrier' | 'supplier'
}

/** Suppliers' dates are not exact: nine of ten come within half as long again of what was left, and two days. */
const SUPPLIER_SPREAD = 1.5
const SUPPLIER_SLACK_HOURS = 48

/** Stages from the present one to the customer's door. Pure. */
export function remainingPath(
  view: OrderView,
  usual: UsualStays,
  now: number,
): readonly PathPart[] {
  const stay = view.stays.at(-1)
  if (stay === undefined) return []
  const out = view.shipments.filter(
    ({ direction, status }) => direction === 'outbound' && progressOf(status) !== 'gone',
  )
  const age = Math.max(0, now - stay.enteredAt) / MS_PER_HOUR
  return stagesAhead(view, stay.stage).map((stage, nth) => {
    if (stage === 'shipped') {
      const carrier = carrierPart(out, now)
      if (carrier !== undefined) return carrier
    }
    if (stage === 'sourcing') {
      const supplier = supplierPart(view, now)
      if (supplier !== undefined) return supplier
    }
    const whole = usualOf(stage, usual)
    return { stage, by: 'usual', duration: nth === 0 ? remainingOf(whole, age) : whole }
  })
}

/** The usual way, without what the order need not go through. */
function stagesAhead(view: OrderView, now: Stage): readonly Stage[] {
  const isSigned = view.envelopes.some(({ state }) => state === 'completed')
  const mustSign = !isSigned && (view.contract !== undefined || view.envelopes.length > 0)
  const isBought = view.purchases.some(({ quantity, received }) => received < quantity)
  const wanted = new Set(view.lines.filter(isWanting).map(({ sku }) => sku))
  // What quality refused has to be had once more.
  const isLost = view.lots.some(({ sku, rejected }) => rejected > 0 && wanted.has(sku))
  const isHeld = view.lots.some(({ held, pending }) => held + pending > 0)
  const way: readonly (readonly [Stage, boolean])[] = [
    ['entered', now === 'entered'],
    ['signing', now === 'signing' || (now === 'entered' && mustSign)],
    ['released', ['entered', 'signing', 'released'].includes(now)],
    ['sourcing', now === 'sourcing' || isBought || isLost],
    ['in-production', now === 'in-production'],
    ['inspecting', now === 'inspecting' || isBought || isLost || isHeld],
    ['ready', now !== 'shipped'],
    ['shipped', true],
  ]
  const isUnderWay = now === 'shipped'
  return way
    .filter(([stage, isAhead]) => isAhead && (!isUnderWay || stage === 'shipped'))
    .map(([stage]) => stage)
}

/** The last of the parcels that are out, by its carrier's quantiles. */
function carrierPart(out: OrderView['shipments'], now: number): PathPart | undefined {
  const told = out.flatMap(({ eta, status }) =>
    eta === undefined || status === 'delivered' ? [] : [eta],
  )
  const last = [...told].sort((a, b) => b.at - a.at)[0]
  if (last === undefined) return undefined
  const median = Math.max(1, (last.at - now) / MS_PER_HOUR)
  const late = last.late === undefined ? median * 1.25 + 12 : (last.late - now) / MS_PER_HOUR
  return { stage: 'shipped', by: 'carrier', duration: { median, p90: Math.max(median, late) } }
}

function supplierPart(view: OrderView, now: number): PathPart | undefined {
  const open = view.purchases.filter(({ quantity, received }) => received < quantity)
  const inbound = view.shipments.filter(
    ({ direction, status }) => direction === 'inbound' && status !== 'delivered',
  )
  const dates = [
    ...open.flatMap(({ expectedAt }) => (expectedAt === undefined ? [] : [expectedAt])),
    ...inbound.flatMap(({ eta }) => (eta === undefined ? [] : [eta.at])),
  ]
  if (open.length === 0 || dates.length === 0) return undefined
  const hours = (Math.max(...dates) - now) / MS_PER_HOUR
  // A date that has passed says nothing any more.
  if (hours <= 0) return undefined
  const duration = { median: hours, p90: hours * SUPPLIER_SPREAD + SUPPLIER_SLACK_HOURS }
  return { stage: 'sourcing', by: 'supplier', duration }
}
