import { Refusal } from '@signalbox/sdk'
import { onGrid } from '../intermittent/pmf.ts'
import { digits, type Reason } from '../reasons/reason.ts'
import { economicOrderQuantity } from './continuous-review.ts'
import { type OrderConstraints, orderedQuantity } from './order-constraints.ts'

export interface OrderQuantityInput {
  readonly orderQuantity?: number
  readonly costs?: { readonly order: number; readonly holdingPerUnitPeriod: number }
  readonly constraints?: OrderConstraints
}

/** Q in units, on the grid, and in packs the supplier ships; and where it is from. */
export function orderQuantity(
  input: OrderQuantityInput,
  demand: { readonly meanPerPeriod: number; readonly periods: number; readonly step: number },
): { readonly quantity: number; readonly why: readonly Reason[] } {
  const { raw, reason } = rawQuantity(input, demand)
  const whole = onGrid(Math.max(raw, demand.step), demand.step)
  const { minimumOrder, packSize, maximumOrder } = input.constraints ?? {}
  const allowed = orderedQuantity(
    whole,
    {
      ...(minimumOrder === undefined ? {} : { minimumOrder }),
      ...(packSize === undefined ? {} : { packSize }),
      ...(maximumOrder === undefined ? {} : { maximumOrder }),
    },
    0,
  )
  return { quantity: allowed.quantity, why: [reason, ...allowed.why] }
}

function rawQuantity(
  { orderQuantity, costs }: OrderQuantityInput,
  demand: { readonly meanPerPeriod: number; readonly periods: number },
): { readonly raw: number; readonly reason: Reason } {
  if (orderQuantity !== undefined) return { raw: orderQuantity, reason: given(orderQuantity) }
  if (costs !== undefined && costs.holdingPerUnitPeriod === 0) {
    throw new Refusal(
      'HOLDING_COST_ZERO',
      'Stock that costs nothing to hold would be ordered without end: give costs.holdingPerUnitPeriod above 0, or orderQuantity.',
    )
  }
  if (costs !== undefined && costs.order > 0) {
    const raw = economicOrderQuantity(demand.meanPerPeriod, costs.order, costs.holdingPerUnitPeriod)
    return { raw, reason: economic(raw, costs.order, costs.holdingPerUnitPeriod) }
  }
  const raw = demand.meanPerPeriod * demand.periods
  return { raw, reason: costs === undefined ? ofPeriods(raw, demand.periods) : freeOrders(raw) }
}

function given(quantity: number): Reason {
  return {
    code: 'ORDER_QUANTITY_GIVEN',
    text: {
      en: `The order quantity of ${digits(quantity)} was given.`,
      'zh-CN': `订货量 ${digits(quantity)} 为给定值。`,
    },
    values: { quantity },
  }
}

function economic(quantity: number, order: number, holding: number): Reason {
  return {
    code: 'ORDER_QUANTITY_ECONOMIC',
    text: {
      en: `The economic order quantity is ${digits(quantity)}: ${digits(order)} an order, ${digits(holding)} to hold a unit for a period.`,
      'zh-CN': `经济订货量为 ${digits(quantity)}：每次订货 ${digits(order)}，单位每期持有成本 ${digits(holding)}。`,
    },
    values: { quantity, order, holding },
  }
}

function ofPeriods(quantity: number, periods: number): Reason {
  return {
    code: 'ORDER_QUANTITY_OF_PERIODS',
    text: {
      en: `Without costs an order is the mean demand of ${digits(periods)} periods: ${digits(quantity)}.`,
      'zh-CN': `未给出成本，订货量取 ${digits(periods)} 期平均需求：${digits(quantity)}。`,
    },
    values: { quantity, periods },
  }
}

function freeOrders(quantity: number): Reason {
  return {
    code: 'ORDER_COST_ZERO',
    text: {
      en: `Orders cost nothing, so they are as small as one cycle's demand: ${digits(quantity)}.`,
      'zh-CN': `订货无成本，因此仅订一个周期的需求：${digits(quantity)}。`,
    },
    values: { quantity },
  }
}
