import { digits, type Reason } from '../reasons/reason.ts'
import { type OrderConstraints, orderedQuantity } from './order-constraints.ts'
import type { PolicyKind, PolicyLevels, StockPosition } from './policy-input.ts'

interface Circumstances {
  readonly position?: StockPosition
  readonly constraints?: OrderConstraints
  /** The most that may be held, by shelf life. */
  readonly cap?: number
  readonly hasDemand: boolean
}

/** The order to place now; nothing of it where no position was given. */
export function suggestOrder(
  kind: PolicyKind,
  levels: PolicyLevels,
  quantity: number,
  { position: stock, constraints = {}, cap, hasDemand }: Circumstances,
): {
  readonly answer: { readonly position?: number; readonly suggestedQuantity?: number }
  readonly why: readonly Reason[]
} {
  if (stock === undefined) return { answer: {}, why: [] }
  const position = stock.onHand + (stock.onOrder ?? 0) - (stock.backordered ?? 0)
  const wanted = hasDemand ? wantedAt(kind, levels, quantity, position) : Math.max(0, -position)
  const maximumStock = Math.min(
    constraints.maximumStock ?? cap ?? 0,
    cap ?? Number.POSITIVE_INFINITY,
  )
  const isBounded = constraints.maximumStock !== undefined || cap !== undefined
  const ordered = orderedQuantity(
    wanted,
    isBounded ? { ...constraints, maximumStock } : constraints,
    position,
  )
  return {
    answer: { position, suggestedQuantity: ordered.quantity },
    why: [positionReason(position, levels, wanted), ...ordered.why],
  }
}

function wantedAt(
  kind: PolicyKind,
  { reorderPoint, orderUpTo }: PolicyLevels,
  quantity: number,
  position: number,
): number {
  if (kind === 'R,S' || kind === 'base-stock') return Math.max(0, orderUpTo - position)
  if (position > reorderPoint) return 0
  if (kind === 's,S') return orderUpTo - position
  // So many orders of Q that the position is above the reorder point again.
  return (Math.floor((reorderPoint - position) / quantity) + 1) * quantity
}

function positionReason(position: number, levels: PolicyLevels, wanted: number): Reason {
  const { reorderPoint, orderUpTo } = levels
  const numbers = { position, reorderPoint, orderUpTo, wanted }
  return wanted > 0
    ? {
        code: 'POSITION_CALLS_FOR_ORDER',
        text: {
          en: `On hand and on order, less what is owed: ${digits(position)}. Orders are due at ${digits(reorderPoint)} or less: ${digits(wanted)} wanted.`,
          'zh-CN': `现有加在途减欠交为 ${digits(position)}，达到或低于 ${digits(reorderPoint)} 时应订货：需要 ${digits(wanted)}。`,
        },
        values: numbers,
      }
    : {
        code: 'POSITION_SUFFICES',
        text: {
          en: `On hand and on order, less what is owed: ${digits(position)}. It suffices.`,
          'zh-CN': `现有加在途减欠交为 ${digits(position)}，足够。`,
        },
        values: numbers,
      }
}
