import type { BothTexts } from '../facts/fact-data.ts'

/** What stands in an order's way: which, since when, and whose it is to clear away. */
export interface BlockerRule {
  /** The lower, the sooner it is shown. */
  readonly rank: number
  /** Who has it where nobody is named. */
  readonly owner: string
  /** `{…}` is a word of the finding. */
  readonly what: BothTexts
  readonly nextAction: BothTexts
}

function rule(
  rank: number,
  owner: string,
  [en, zh]: readonly [string, string],
  [nextEn, nextZh]: readonly [string, string],
): BlockerRule {
  return {
    ...{ rank, owner },
    what: { en, 'zh-CN': zh },
    nextAction: { en: nextEn, 'zh-CN': nextZh },
  }
}

export const blockerRules = {
  CONTRACT_REJECTED: rule(
    5,
    'sales',
    ['A signer refused {subject}.', '签署人拒签 {subject}。'],
    ['Settle the objection and send a new envelope.', '与签署人协商后重新发起签署。'],
  ),
  CONTRACT_EXPIRED: rule(
    6,
    'sales',
    ['The time to sign {subject} is over.', '{subject} 签署已过期。'],
    ['Send the envelope again.', '重新发起签署。'],
  ),
  CONTRACT_VOIDED: rule(
    7,
    'sales',
    ['{subject} was taken back and nothing signed instead.', '{subject} 已撤回，尚无替代合同。'],
    ['Send the contract anew, or take it off the order.', '重新发送合同，或从订单中移除。'],
  ),
  SHIPMENT_EXCEPTION: rule(
    10,
    'logistics',
    ['Shipment {subject}: {detail}', '运单 {subject}：{detail}'],
    ['Settle the exception with the carrier.', '与承运商处理异常。'],
  ),
  LOT_REJECTED: rule(
    12,
    'quality',
    [
      '{quantity} {unit} of lot {subject} were rejected.',
      '批次 {subject} 拒收 {quantity} {unit}。',
    ],
    [
      'Decide on rework, return or concession, and source what is missing.',
      '决定返工、退货或让步接收，并补足缺口。',
    ],
  ),
  EIGHT_D_OVERDUE: rule(
    14,
    'quality',
    ['Step {detail} of {subject} is overdue.', '{subject} 的 {detail} 步骤已逾期。'],
    ['Finish the step or move its date with a reason.', '完成该步骤或说明原因后延期。'],
  ),
  SENSOR_ALARM: rule(
    16,
    'quality',
    ['Shipment {subject}: {detail} broke a limit.', '运单 {subject}：{detail} 超限。'],
    ['Judge the goods before they are used, and tell the carrier.', '使用前评估货物并通知承运商。'],
  ),
  LOT_HELD: rule(
    18,
    'quality',
    ['{quantity} {unit} of lot {subject} are held.', '批次 {subject} 冻结 {quantity} {unit}。'],
    ['Decide on the held quantity.', '判定冻结数量。'],
  ),
  STOCKOUT_RISK: rule(
    20,
    'planning',
    ['{subject} may run out ({detail}).', '{subject} 可能缺货（{detail}）。'],
    ['Approve or speed up a purchase, or set stock aside.', '批准或加急采购，或预留库存。'],
  ),
  STOCKOUT_RISK_REORDERED: rule(
    42,
    'purchasing',
    [
      '{subject} may run out; reorder {detail} is approved.',
      '{subject} 可能缺货，补货 {detail} 已批准。',
    ],
    ['Place the order and have its date confirmed.', '下达采购并确认交期。'],
  ),
  PURCHASE_LATE: rule(
    22,
    'purchasing',
    ['Purchase order {subject} is overdue.', '采购订单 {subject} 已逾期。'],
    ['Have the supplier confirm a new date.', '要求供应商确认新交期。'],
  ),
  INBOUND_LATE: rule(
    24,
    'logistics',
    ['Inbound shipment {subject} is expected late.', '到货运单 {subject} 预计延迟。'],
    ['Speed it up or plan around it.', '加急或调整计划。'],
  ),
  SHIPMENT_LATE: rule(
    26,
    'logistics',
    [
      'Shipment {subject} is expected after the promised date.',
      '运单 {subject} 预计晚于承诺日期。',
    ],
    ['Tell the customer, or speed the shipment up.', '通知客户或加急运输。'],
  ),
  CUSTOMS_HELD: rule(
    28,
    'logistics',
    ['Shipment {subject} is held at customs.', '运单 {subject} 被海关扣留。'],
    ['Give customs the papers they want.', '补交报关资料。'],
  ),
  NONCONFORMITY_OPEN: rule(
    30,
    'quality',
    ['{subject} is open: {detail}', '{subject} 未关闭：{detail}'],
    ['Contain it and decide on a disposition.', '采取围堵措施并决定处置。'],
  ),
  CONTRACT_UNSIGNED: rule(
    32,
    'sales',
    ['{subject} is not signed by all.', '{subject} 尚未签署完成。'],
    ['Remind who has not signed.', '催签。'],
  ),
  LOT_INSPECTING: rule(
    40,
    'quality',
    [
      '{quantity} {unit} of lot {subject} wait for inspection.',
      '批次 {subject} 待检 {quantity} {unit}。',
    ],
    ['Inspect and decide the lot.', '检验并判定。'],
  ),
  STAGE_OVERDUE: rule(
    44,
    'order-desk',
    ['In “{subject}” longer than it should be.', '在“{subject}”阶段停留超时。'],
    ['Find out what the order waits for.', '查明订单等待原因。'],
  ),
} as const satisfies Readonly<Record<string, BlockerRule>>

export type BlockerCode = keyof typeof blockerRules

/** Who has an order that stays too long in a stage. */
export const stageOwners: Readonly<Record<string, string>> = {
  entered: 'sales',
  signing: 'sales',
  released: 'planning',
  sourcing: 'purchasing',
  'in-production': 'production',
  inspecting: 'quality',
  ready: 'warehouse',
  shipped: 'logistics',
  delivered: 'finance',
  invoiced: 'finance',
}
