import { Refusal } from '@signalbox/sdk'
import type { DemandSource } from './demand-source.ts'
import type { LeadTime } from './lead-time.ts'
import { type OrderConstraints, refuseConflict } from './order-constraints.ts'
import { refuseUnreachable, type ServiceTarget } from './service-stock.ts'

/**
 * (s,Q): at s or below, orders of Q. (s,S): at s or below, up to S. (R,S): at each review up to S. Base stock: what was
 * asked for is ordered again at once.
 */
export type PolicyKind = 's,Q' | 's,S' | 'R,S' | 'base-stock'

export interface PolicyInput {
  readonly demand: DemandSource
  readonly leadTime: LeadTime
  /** Periods between reviews of the stock; 0, the default, is at every movement. */
  readonly reviewPeriods?: number
  /** Not said: (R,S) with a review, else (s,Q) where costs or a quantity give Q, else base stock. */
  readonly policy?: PolicyKind
  readonly service?: ServiceTarget
  /** Q, in units; else from costs, else the demand between two reviews or of one period. */
  readonly orderQuantity?: number
  readonly costs?: { readonly order: number; readonly holdingPerUnitPeriod: number }
  readonly constraints?: OrderConstraints
  /** Periods from receipt after which goods spoil: no more is ordered than is asked for by then, on the mean. */
  readonly shelfLifePeriods?: number
  readonly position?: StockPosition
  /** Codes of the unit (UN/ECE Rec. 20) of demand and of the stock; they have to be the same. */
  readonly demandUnit?: string
  readonly stockUnit?: string
}

export interface StockPosition {
  readonly onHand: number
  readonly onOrder?: number
  /** Asked for and still owed. */
  readonly backordered?: number
}

/** Positions that a policy acts at; units. */
export interface PolicyLevels {
  /** At a position of this or less an order is placed. */
  readonly reorderPoint: number
  /** The position after an order; of (s,Q) the most it can be. */
  readonly orderUpTo: number
}

/** Nineteen cycles in twenty without a stock-out: the usual one, and `reorder`'s. */
const USUAL_SERVICE: ServiceTarget = { type: 'cycle', level: 0.95 }

export function serviceOf({ service }: PolicyInput): ServiceTarget {
  return service ?? USUAL_SERVICE
}

export function policyKindOf({ policy, reviewPeriods, costs, orderQuantity }: PolicyInput) {
  if (policy !== undefined) return policy
  if (reviewPeriods !== undefined && reviewPeriods > 0) return 'R,S'
  return costs === undefined && orderQuantity === undefined ? 'base-stock' : 's,Q'
}

/** What a schema cannot say. */
export function refuseUnusablePolicy(input: PolicyInput): void {
  refuseUnreachable(serviceOf(input))
  refuseConflict(input.constraints ?? {})
  if (input.policy === 'R,S' && !((input.reviewPeriods ?? 0) > 0)) {
    throw new Refusal(
      'REVIEW_MISSING',
      'The policy R,S orders at reviews: give reviewPeriods above 0, or use base-stock.',
    )
  }
  const { demandUnit, stockUnit } = input
  if (demandUnit !== undefined && stockUnit !== undefined && demandUnit !== stockUnit) {
    throw new Refusal(
      'UNIT_MISMATCH',
      `Demand is in ${demandUnit} and stock in ${stockUnit}: convert one of them first.`,
    )
  }
}
