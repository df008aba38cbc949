import { filled } from '../blockers/find-blockers.ts'
import type { BothTexts } from '../facts/fact-data.ts'

export interface Reason {
  readonly code: string
  readonly text: BothTexts
}

/** Why an order is expected when it is; codes of blockers are reasons too. */
const texts = {
  DELIVERED_ON_TIME: { en: 'Delivered by the promised date.', 'zh-CN': '已按承诺日期送达。' },
  DELIVERED_LATE: {
    en: 'Delivered {hours} h after the promised date.',
    'zh-CN': '晚于承诺日期 {hours} 小时送达。',
  },
  PROMISE_PASSED: { en: 'The promised date has passed.', 'zh-CN': '承诺日期已过。' },
  NO_PROMISE: { en: 'No date was promised.', 'zh-CN': '未承诺日期。' },
  PROMISE_MOVED: {
    en: 'The date was promised {times} times.',
    'zh-CN': '承诺日期已变更，共 {times} 次。',
  },
  CARRIER_ETA: { en: 'By the carrier’s expected arrival.', 'zh-CN': '依据承运商预计到达时间。' },
  SUPPLIER_DATE: { en: 'By the date of the supplier.', 'zh-CN': '依据供应商交期。' },
  USUAL_STAGES: {
    en: 'By how long these stages usually take: {stages}.',
    'zh-CN': '依据各阶段通常用时：{stages}。',
  },
  CANCELLED: { en: 'The order was cancelled.', 'zh-CN': '订单已取消。' },
} as const satisfies Readonly<Record<string, BothTexts>>

export function reason(
  code: keyof typeof texts,
  words: Readonly<Record<string, string | number | BothTexts>> = {},
): Reason {
  return { code, text: filled(texts[code], words) }
}
