import { Refusal } from '@signalbox/sdk'
import { digits, type Reason } from '../reasons/reason.ts'

/** What a supplier, a shelf or the goods allow; units. */
export interface OrderConstraints {
  readonly minimumOrder?: number
  /** Orders are whole multiples of it. */
  readonly packSize?: number
  readonly maximumOrder?: number
  /** The position after an order is at most this. */
  readonly maximumStock?: number
}

export interface OrderedQuantity {
  readonly quantity: number
  readonly why: readonly Reason[]
}

/** Rounding of the division by a pack: 0.3 / 0.1 is no more than 3 packs. */
const ROUNDING = 1e-9

/** @throws Refusal CONSTRAINTS_CONFLICT where no order could ever be placed. */
export function refuseConflict(constraints: OrderConstraints): void {
  const { maximumOrder = Number.POSITIVE_INFINITY, maximumStock = Number.POSITIVE_INFINITY } =
    constraints
  const least = packsUp(constraints.minimumOrder ?? 0, constraints.packSize)
  const most = Math.min(maximumOrder, maximumStock)
  if (Math.max(least, constraints.packSize ?? 0) <= most) return
  throw new Refusal(
    'CONSTRAINTS_CONFLICT',
    `The least order of ${digits(Math.max(least, constraints.packSize ?? 0))} (minimum order in whole packs) is above the most of ${digits(most)}: change minimumOrder, packSize, maximumOrder or maximumStock.`,
  )
}

/**
 * The quantity to order where `wanted` units would be: in whole packs, no less than the minimum, within what fits.
 * @param position units on hand and on order, less what waits.
 */
export function orderedQuantity(
  wanted: number,
  constraints: OrderConstraints,
  position: number,
): OrderedQuantity {
  if (wanted <= 0) return { quantity: 0, why: [] }
  const { minimumOrder = 0, packSize, maximumOrder, maximumStock } = constraints
  const raised = packsUp(Math.max(wanted, minimumOrder), packSize)
  const why: Reason[] = []
  if (minimumOrder > wanted) why.push(raisedToMinimum(wanted, minimumOrder))
  if (raised > Math.max(wanted, minimumOrder) + ROUNDING)
    why.push(roundedToPacks(raised, packSize ?? 1))
  const most = Math.min(
    maximumOrder ?? Number.POSITIVE_INFINITY,
    maximumStock === undefined ? Number.POSITIVE_INFINITY : Math.max(0, maximumStock - position),
  )
  if (raised <= most) return { quantity: raised, why }
  const cut = packsDown(most, packSize)
  if (cut < minimumOrder || cut === 0) return { quantity: 0, why: [...why, noRoom(most)] }
  return { quantity: cut, why: [...why, cutToMaximum(raised, cut)] }
}

function packsUp(quantity: number, packSize: number | undefined): number {
  if (packSize === undefined) return quantity
  return Math.ceil(quantity / packSize - ROUNDING) * packSize
}

function packsDown(quantity: number, packSize: number | undefined): number {
  if (packSize === undefined) return quantity
  return Math.floor(quantity / packSize + ROUNDING) * packSize
}

function raisedToMinimum(wanted: number, minimum: number): Reason {
  return {
    code: 'RAISED_TO_MINIMUM_ORDER',
    text: {
      en: `${digits(wanted)} wanted, raised to the minimum order of ${digits(minimum)}.`,
      'zh-CN': `需要 ${digits(wanted)}，已提高到最小订货量 ${digits(minimum)}。`,
    },
    values: { wanted, minimum },
  }
}

function roundedToPacks(quantity: number, pack: number): Reason {
  return {
    code: 'ROUNDED_TO_PACKS',
    text: {
      en: `Rounded up to ${digits(quantity)}, whole packs of ${digits(pack)}.`,
      'zh-CN': `已向上取整为 ${digits(quantity)}（整包装，每包 ${digits(pack)}）。`,
    },
    values: { quantity, pack },
  }
}

function cutToMaximum(wanted: number, quantity: number): Reason {
  return {
    code: 'CUT_TO_MAXIMUM',
    text: {
      en: `${digits(wanted)} would go beyond the maximum: ${digits(quantity)} fit.`,
      'zh-CN': `${digits(wanted)} 会超过上限：可订 ${digits(quantity)}。`,
    },
    values: { wanted, quantity },
  }
}

function noRoom(room: number): Reason {
  return {
    code: 'NO_ROOM_FOR_MINIMUM',
    text: {
      en: `Room for ${digits(room)} only, less than the least order: nothing is suggested.`,
      'zh-CN': `仅有 ${digits(room)} 的空间，少于最小订货量：不建议订货。`,
    },
    values: { room },
  }
}
