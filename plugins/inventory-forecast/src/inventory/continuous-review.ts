import { inverseNormalLoss, normalLoss, normalQuantile } from './normal.ts'

/** Demand over a replenishment lead time, in units; normal. */
export interface LeadTimeDemand {
  readonly mean: number
  readonly deviation: number
}

/**
 * Demand over a lead time that itself varies, demand and lead time independent
 * (Silver, Pyke and Thomas 2017, §6.10): variance L·σ_D² + D²·σ_L².
 */
export function leadTimeDemand(input: {
  readonly meanDemandPerPeriod: number
  readonly sdDemandPerPeriod: number
  readonly leadTimePeriods: number
  readonly sdLeadTime?: number
}): LeadTimeDemand {
  const { meanDemandPerPeriod, sdDemandPerPeriod, leadTimePeriods, sdLeadTime = 0 } = input
  const variance =
    leadTimePeriods * sdDemandPerPeriod ** 2 + (meanDemandPerPeriod * sdLeadTime) ** 2
  return { mean: meanDemandPerPeriod * leadTimePeriods, deviation: Math.sqrt(variance) }
}

/**
 * Stock for a probability of no stock-out in a replenishment cycle (type 1 service).
 * @param cycleServiceLevel between 0 and 1, both excluded.
 */
export function cycleServiceStock({ mean, deviation }: LeadTimeDemand, cycleServiceLevel: number) {
  const z = normalQuantile(cycleServiceLevel)
  const safetyStock = z * deviation
  return { z, safetyStock, reorderPoint: mean + safetyStock, lossAtZ: normalLoss(z) }
}

/**
 * Stock for a share of demand filled from the shelf (type 2 service): σ·G(k) = Q·(1 − fill rate)
 * (Silver, Pyke and Thomas 2017, §6.7.6). A negative k means that the order quantity alone covers it.
 * @param orderQuantity Q, in units.
 * @returns undefined where demand does not vary: no k could tell stocks apart.
 */
export function fillRateStock(
  { mean, deviation }: LeadTimeDemand,
  fillRate: number,
  orderQuantity: number,
): { readonly fillRateK: number; readonly reorderPointFillRate: number } | undefined {
  if (deviation === 0) return undefined
  const fillRateK = inverseNormalLoss((orderQuantity * (1 - fillRate)) / deviation)
  return { fillRateK, reorderPointFillRate: mean + fillRateK * deviation }
}

/**
 * The economic order quantity (Harris 1913).
 * @param demand units a year.
 * @param orderCost money an order.
 * @param holdingCost money a unit and year.
 */
export function economicOrderQuantity(
  demand: number,
  orderCost: number,
  holdingCost: number,
): number {
  return Math.sqrt((2 * demand * orderCost) / holdingCost)
}
