import type { Reason } from './reason.ts'

export type ReasonCode = keyof typeof sentences

/** `{name}` stands for a value. */
const sentences = {
  HISTORY_EMPTY: ['No demand is known yet: nothing is forecast.', '尚无需求记录，预测为零。'],
  HISTORY_SHORT: [
    'Only {periods} whole periods of demand are known: their mean is the forecast, and its range is a guess.',
    '仅有 {periods} 个完整周期的需求：以均值预测，区间仅供参考。',
  ],
  HISTORY_USED: [
    '{periods} periods of demand up to {end} were used.',
    '使用了截至 {end} 的 {periods} 个周期的需求。',
  ],
  STOCKOUTS_FILLED: [
    '{periods} periods with days out of stock were raised to the demand of their other days.',
    '{periods} 个缺货周期已按有货日的需求补足。',
  ],
  PROMOTIONS_REMOVED: [
    'The effect of promotions was taken out of {periods} past periods.',
    '已从 {periods} 个历史周期中剔除促销影响。',
  ],
  RETURNS_UNMATCHED: [
    'Returns of {quantity} have no earlier demand to take from and were left out.',
    '退货 {quantity} 无对应的先前需求，已忽略。',
  ],
  METHOD_CHOSEN: ['Forecast by {description}.', '预测方法：{description}。'],
  METHOD_WON: [
    '{method} of {plugin} had the least error on held-out periods: {error} against {own}.',
    '{plugin} 的 {method} 在留出期误差最小：{error}，内置方法为 {own}。',
  ],
  METHOD_LOST: [
    '{method} of {plugin} erred by {error} on held-out periods, the own method by {own}.',
    '{plugin} 的 {method} 留出期误差为 {error}，内置方法为 {own}。',
  ],
  METHOD_FAILED: [
    '{method} of {plugin} gave no forecast ({cause}) and was left out.',
    '{plugin} 的 {method} 未给出预测（{cause}），已忽略。',
  ],
  METHOD_TOO_SLOW: [
    '{method} of {plugin} did not answer within {ms} ms and was left out.',
    '{plugin} 的 {method} 在 {ms} 毫秒内未响应，已忽略。',
  ],
  METHOD_MALFORMED: [
    '{method} of {plugin} answered something that is no forecast and was left out.',
    '{plugin} 的 {method} 返回的结果不是有效预测，已忽略。',
  ],
  FIRST_FORECAST: ['This is the first forecast of the series.', '该序列的首次预测。'],
  HISTORY_REVISED: [
    'Demand from {from} on was corrected, so the model was fitted anew.',
    '{from} 起的需求已更正，模型已重新拟合。',
  ],
  PERIODS_ADDED: ['{periods} new periods of demand came in.', '新增 {periods} 个周期的需求。'],
  FORECAST_MOVED: [
    'The next period went from {before} to {after} ({percent} %).',
    '下一周期预测由 {before} 变为 {after}（{percent}%）。',
  ],
  METHOD_CHANGED: [
    'The method went from {before} to {after}.',
    '预测方法由 {before} 改为 {after}。',
  ],
  REFIT_DUE: [
    'The model was fitted anew after {updates} updates by single periods.',
    '经过 {updates} 次单期更新后重新拟合模型。',
  ],
  REFIT_BY_ALARM: [
    'The model was fitted anew because its forecasts erred to one side.',
    '因预测持续偏向一侧，模型已重新拟合。',
  ],
  REFIT_ASKED: [
    'The model was fitted anew because a planner asked for it.',
    '按计划员要求重新拟合模型。',
  ],
  SETTINGS_CHANGED: ['The period of the item changed.', '物料的计划周期已更改。'],
  PROMOTION_APPLIED: [
    'A promotion lifts {periods} of the coming periods, the most by a factor of {factor}.',
    '促销提升未来 {periods} 个周期的需求，最高倍数 {factor}。',
  ],
  OVERRIDE_APPLIED: [
    'A planner changed {periods} of the coming periods.',
    '计划员调整了未来 {periods} 个周期。',
  ],
  BIAS_ALARM: [
    'Over the last {periods} periods forecasts erred to one side: tracking signal {signal}, mean error {bias}.',
    '最近 {periods} 个周期预测持续偏向一侧：跟踪信号 {signal}，平均误差 {bias}。',
  ],
  LEAD_TIME_OBSERVED: [
    'The lead time of {days} days (± {deviation}) is that of {observed} purchase orders.',
    '提前期 {days} 天（± {deviation}），取自 {observed} 次采购到货。',
  ],
  LEAD_TIME_TRANSPORTS: [
    'The lead time of {days} days (± {deviation}) is that of {observed} transports; what passes before dispatch is not in it.',
    '提前期 {days} 天（± {deviation}），取自 {observed} 次运输，不含发运前的时间。',
  ],
  LEAD_TIME_SET: [
    'The lead time of {days} days is that of the item’s settings.',
    '提前期 {days} 天取自物料设置。',
  ],
  REORDER_POINT: [
    'The reorder point is {quantity}: expected demand {mean} and safety stock {safety}.',
    '再订货点 {quantity}：预计需求 {mean} 加安全库存 {safety}。',
  ],
  STOCK_POSITION: [
    'The stock position is {position}: {onHand} on hand, less {unusable} kept by quality, and {onOrder} on order.',
    '库存状况 {position}：在手 {onHand}，减质量冻结 {unusable}，加在途 {onOrder}。',
  ],
  APPROVED_COUNTED: [
    'Approved suggestions of {quantity} that are not yet ordered count as on order.',
    '已批准未下单的建议 {quantity} 计入在途。',
  ],
  LOT_REJECTED: [
    'Quality keeps {quantity} of {lots} lots from use.',
    '质量冻结或拒收 {lots} 批，共 {quantity}。',
  ],
  KEPT_BEYOND_STOCK: [
    'The {lots} lots that quality keeps were {told} on arrival, more than the {onHand} on hand: no more than that is taken off. Decide those lots, or correct the stock.',
    '质量冻结或拒收的 {lots} 批到货共 {told}，多于在手 {onHand}：最多按在手扣减。请判定这些批次或更正库存。',
  ],
  RECEIPT_OVERDUE: [
    'A receipt was due on {date} and has not come: the risk is reckoned as if it came no sooner than a new order. Chase or correct its purchase order.',
    '应于 {date} 到货的订单尚未到货：风险按新订单的到货时间估算，请催交或更正采购订单。',
  ],
  ORDER_BY: [
    'The position falls to the reorder point on {date}.',
    '库存状况将于 {date} 降至再订货点。',
  ],
  STOCKOUT_RISK: [
    'The chance that demand exceeds what can be used before the next receipt is {percent} %.',
    '下次到货前需求超过可用库存的概率为 {percent}%。',
  ],
  EXCESS: [
    'Stock covers {days} days; {quantity} are more than demand can be expected to take in time.',
    '库存可用 {days} 天，超出合理需求 {quantity}。',
  ],
  STOCK_UNKNOWN: [
    'No stock level is known: nothing is suggested until stock is counted or a movement tells it.',
    '库存未知：盘点或移动告知库存前不给出建议。',
  ],
  POLICY_REFUSED: [
    'No policy can be told with these settings ({code}): mend them.',
    '以当前参数无法得出库存策略（{code}）：请修正参数。',
  ],
  LEAD_TIME_UNKNOWN: [
    'No lead time is known: set it, or let receipts of purchase orders show it.',
    '提前期未知：请设置，或由采购收货推算。',
  ],
  ITEM_UNDEFINED: [
    'The item is not defined: its policy is not known and nothing is suggested.',
    '物料未定义：策略未知，不给出建议。',
  ],
  FORECAST_MISSING: ['No run has forecast the series yet.', '尚无预测运行覆盖该序列。'],
  STOCK_NEGATIVE: [
    'A stock of {stock} was told, which cannot be.',
    '报告的库存为 {stock}，不可能。',
  ],
  COVERED: ['Stock and orders cover the need by now.', '现有库存与在途已满足需求。'],
  REPLACED: ['A newer suggestion took its place.', '已被新建议取代。'],
  LAPSED: ['Nobody decided on it in time.', '逾期未处理。'],
} as const satisfies Readonly<Record<string, readonly [string, string]>>

export function reason(
  code: ReasonCode,
  values: Readonly<Record<string, number | string>> = {},
): Reason {
  const rounded = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'number' ? shown(value) : value,
    ]),
  )
  const [en, zh] = sentences[code]
  return {
    code,
    text: { en: filled(en, rounded), 'zh-CN': filled(zh, rounded) },
    values: rounded,
  }
}

function filled(sentence: string, values: Readonly<Record<string, number | string>>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '?'))
}

/** Four significant decimals say all that a person reads; the figures themselves stand beside the sentences. */
function shown(value: number): number {
  return Number.isInteger(value) ? value : Math.round(value * 1e4) / 1e4
}
