import type { ServiceTarget } from '../inventory/service-stock.ts'
import { digits, percent, type Reason } from './reason.ts'

/** From here on more likely dead than alive. */
const LIKELY = 0.5

export function coverReason(leadTime: number, review: number, meanDemand: number): Reason {
  return {
    code: 'DEMAND_TO_COVER',
    text: {
      en: `Stock has to last ${digits(leadTime + review)} periods on the mean (lead time ${digits(leadTime)}, review ${digits(review)}): mean demand ${digits(meanDemand)}.`,
      'zh-CN': `库存平均需覆盖 ${digits(leadTime + review)} 期（提前期 ${digits(leadTime)}，盘点周期 ${digits(review)}）：平均需求 ${digits(meanDemand)}。`,
    },
    values: { leadTime, review, meanDemand },
  }
}

export function serviceReason(
  target: ServiceTarget,
  given: { readonly cycle: number; readonly fillRate: number },
  stock: number,
): Reason {
  const isCycle = target.type === 'cycle'
  const achieved = isCycle ? given.cycle : given.fillRate
  const kind = isCycle
    ? { en: 'cycles without a stock-out', zh: '周期不缺货概率' }
    : { en: 'demand filled from the shelf', zh: '现货满足率' }
  return {
    code: achieved >= target.level - 1e-9 ? 'SERVICE_REACHED' : 'SERVICE_MISSED',
    text: {
      en: `${digits(stock)} gives ${percent(achieved)} ${kind.en}, of ${percent(target.level)} wanted.`,
      'zh-CN': `${digits(stock)} 的${kind.zh}为 ${percent(achieved)}，目标 ${percent(target.level)}。`,
    },
    values: { stock, target: target.level, achieved },
  }
}

export function shelfLifeReason(cap: number, wanted: number): Reason {
  return {
    code: 'CAPPED_BY_SHELF_LIFE',
    text: {
      en: `${digits(wanted)} would spoil in part: capped at ${digits(cap)}, the mean demand until an order spoils.`,
      'zh-CN': `${digits(wanted)} 会部分过期：上限为到货并过期前的平均需求 ${digits(cap)}。`,
    },
    values: { cap, wanted },
  }
}

export function obsolescenceReasons(probability: number | undefined): Reason[] {
  if (probability === undefined || probability < LIKELY) return []
  return [
    {
      code: 'OBSOLESCENCE_LIKELY',
      text: {
        en: `With ${percent(probability)} it is never asked for again: look before ordering.`,
        'zh-CN': `不再有需求的概率为 ${percent(probability)}：订货前请核实。`,
      },
      values: { probability },
    },
  ]
}
