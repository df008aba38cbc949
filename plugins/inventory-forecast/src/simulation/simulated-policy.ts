import type { PolicyKind } from '../inventory/policy-input.ts'

/** A policy with its numbers, in units. */
export interface SimulatedPolicy {
  readonly policy: PolicyKind
  readonly reorderPoint: number
  readonly orderUpTo: number
  /** Q of (s,Q). */
  readonly orderQuantity?: number
  /** Periods between looks at the stock, whole and 1 or more: nothing is seen within a period. */
  readonly reviewPeriods: number
}

/**
 * What is ordered at a review; 0 is an order of nothing that still ends a cycle, undefined no order at all.
 */
export function orderAt(
  { policy, reorderPoint, orderUpTo, orderQuantity = orderUpTo - reorderPoint }: SimulatedPolicy,
  position: number,
): number | undefined {
  if (policy === 'R,S' || policy === 'base-stock') return Math.max(0, orderUpTo - position)
  if (position > reorderPoint) return undefined
  if (policy === 's,S') return orderUpTo - position
  return orderQuantity <= 0
    ? undefined
    : (Math.floor((reorderPoint - position) / orderQuantity) + 1) * orderQuantity
}
