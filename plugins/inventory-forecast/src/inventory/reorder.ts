import { Refusal } from '@signalbox/sdk'
import {
  cycleServiceStock,
  economicOrderQuantity,
  fillRateStock,
  leadTimeDemand,
} from './continuous-review.ts'
import { criticalRatio, newsvendorNormal } from './newsvendor.ts'
import { poissonQuantile } from './poisson.ts'

/** The contract's input of `reorder`; quantities in units, costs in one currency. */
export interface ReorderInput {
  readonly meanDemandPerPeriod: number
  readonly sdDemandPerPeriod: number
  readonly leadTimePeriods: number
  readonly sdLeadTime?: number
  readonly cycleServiceLevel?: number
  readonly orderCost?: number
  readonly holdingCostPerUnitYear?: number
  readonly periodsPerYear?: number
  readonly underageCost?: number
  readonly overageCost?: number
  readonly fillRate?: number
  readonly orderQuantity?: number
  readonly poissonLeadTimeDemand?: number
}

/** Nine cycles in ten to ninety-nine in a hundred are usual; the contract names this default. */
const USUAL_SERVICE_LEVEL = 0.95

/** Safety stock and reorder point, and each further figure that the input has the numbers for. */
export function reorder(input: ReorderInput) {
  const serviceLevel = input.cycleServiceLevel ?? USUAL_SERVICE_LEVEL
  const demand = leadTimeDemand(input)
  const eoq = orderQuantityOf(input)
  return {
    meanLeadTimeDemand: demand.mean,
    sigmaLeadTimeDemand: demand.deviation,
    cycleServiceLevel: serviceLevel,
    ...cycleServiceStock(demand, serviceLevel),
    ...(eoq === undefined ? {} : { eoq }),
    ...newsvendorOf(input),
    ...fillRateOf(input, demand, input.orderQuantity ?? eoq),
    ...(input.poissonLeadTimeDemand === undefined
      ? {}
      : { baseStockPoisson: poissonQuantile(serviceLevel, input.poissonLeadTimeDemand) }),
  }
}

function orderQuantityOf(input: ReorderInput): number | undefined {
  const { orderCost, holdingCostPerUnitYear, periodsPerYear } = input
  if (
    orderCost === undefined ||
    holdingCostPerUnitYear === undefined ||
    periodsPerYear === undefined
  )
    return undefined
  return economicOrderQuantity(
    input.meanDemandPerPeriod * periodsPerYear,
    orderCost,
    holdingCostPerUnitYear,
  )
}

function newsvendorOf(input: ReorderInput) {
  const { underageCost, overageCost, poissonLeadTimeDemand } = input
  if (underageCost === undefined || overageCost === undefined) return {}
  const ratio = criticalRatio(underageCost, overageCost)
  return {
    criticalRatio: ratio,
    ...newsvendorNormal(ratio, input.meanDemandPerPeriod, input.sdDemandPerPeriod),
    ...(poissonLeadTimeDemand === undefined
      ? {}
      : { newsvendorPoisson: poissonQuantile(ratio, poissonLeadTimeDemand) }),
  }
}

function fillRateOf(
  { fillRate }: ReorderInput,
  demand: ReturnType<typeof leadTimeDemand>,
  orderQuantity: number | undefined,
) {
  if (fillRate === undefined) return {}
  if (orderQuantity === undefined || orderQuantity === 0) {
    throw new Refusal(
      'ORDER_QUANTITY_UNKNOWN',
      'A fill rate depends on the order quantity: give orderQuantity, or orderCost, holdingCostPerUnitYear and periodsPerYear with a demand above 0.',
    )
  }
  return fillRateStock(demand, fillRate, orderQuantity) ?? {}
}
