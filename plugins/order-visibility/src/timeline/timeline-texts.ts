import type { BothTexts } from '../facts/fact-data.ts'

function text(en: string, zh: string): BothTexts {
  return { en, 'zh-CN': zh }
}

/** One line for each type of fact; `{…}` is a word of the entry. */
export const timelineTexts: Readonly<Record<string, BothTexts>> = {
  'orders.order.created': text('{customer} ordered.', '{customer} 下单。'),
  'orders.order.changed': text('The order changed. {reason}', '订单变更。{reason}'),
  'orders.order.cancelled': text('Cancelled. {reason}', '取消。{reason}'),
  'orders.order.released': text('Released.', '已下达。'),
  'orders.order.allocated': text('Stock was set aside.', '已分配库存。'),
  'orders.order.shipped': text('Sent {shipment} {carrier}', '已发货 {shipment} {carrier}'),
  'orders.invoice.issued': text(
    'Invoice {invoiceId}: {amount} {currency}',
    '发票 {invoiceId}：{amount} {currency}',
  ),
  'orders.payment.received': text(
    'Payment {paymentId}: {amount} {currency}',
    '收款 {paymentId}：{amount} {currency}',
  ),
  'purchasing.order.placed': text(
    'Purchase order {purchaseOrder} to {supplier}',
    '向 {supplier} 下达采购订单 {purchaseOrder}',
  ),
  'purchasing.order.changed': text(
    'Purchase order {purchaseOrder} changed. {reason}',
    '采购订单 {purchaseOrder} 变更。{reason}',
  ),
  'stock.receipt.created': text(
    'Lot {lot} arrived: {quantity} {unit} of {item}',
    '批次 {lot} 到货：{item} {quantity} {unit}',
  ),
  'production.lot.completed': text(
    'Lot {lot} came out of {operation}: {quantity} {unit} of {item}',
    '批次 {lot} 完成 {operation}：{item} {quantity} {unit}',
  ),
  'quality.inspection.created': text(
    'Lot {lot} is to be inspected ({severity}).',
    '批次 {lot} 待检（{severity}）。',
  ),
  'quality.inspection.decided': text(
    'Lot {lot}: {accepted} accepted, {rejected} rejected ({unit}).',
    '批次 {lot}：接收 {accepted}，拒收 {rejected}（{unit}）。',
  ),
  'quality.lot.held': text('{held} {unit} of lot {lot} held.', '批次 {lot} 冻结 {held} {unit}。'),
  'quality.lot.released': text(
    '{released} {unit} of lot {lot} released.',
    '批次 {lot} 放行 {released} {unit}。',
  ),
  'quality.lot.rejected': text(
    '{rejected} {unit} of lot {lot} rejected.',
    '批次 {lot} 拒收 {rejected} {unit}。',
  ),
  'quality.nonconformity.opened': text(
    '{nonconformity} opened: {title}',
    '开立 {nonconformity}：{title}',
  ),
  'quality.nonconformity.closed': text('{nonconformity} closed.', '{nonconformity} 已关闭。'),
  'quality.eight-d.overdue': text(
    'Step {step} of {nonconformity} is overdue by {daysOverdue} days.',
    '{nonconformity} 的 {step} 逾期 {daysOverdue} 天。',
  ),
  'logistics.shipment.registered': text(
    'Shipment {shipment} {carrier} is followed.',
    '开始跟踪运单 {shipment} {carrier}。',
  ),
  'logistics.shipment.status-changed': text(
    'Shipment {shipment} {parcel}: {to} {location}',
    '运单 {shipment} {parcel}：{to} {location}',
  ),
  'logistics.shipment.delivered': text(
    'Shipment {shipment} delivered.',
    '运单 {shipment} 已送达。',
  ),
  'logistics.eta.changed': text(
    'Shipment {shipment} is expected at {eta}.',
    '运单 {shipment} 预计 {eta} 到达。',
  ),
  'logistics.exception.opened': text(
    'Shipment {shipment}: exception ({kind}).',
    '运单 {shipment} 异常（{kind}）。',
  ),
  'logistics.exception.closed': text(
    'Shipment {shipment}: exception settled. {resolution}',
    '运单 {shipment} 异常已处理。{resolution}',
  ),
  'logistics.sensor.alarm': text(
    'Shipment {shipment}: {measure} {value} {unit} broke a limit.',
    '运单 {shipment}：{measure} {value} {unit} 超限。',
  ),
  'signature.envelope.sent': text(
    '{title} ({envelope}) sent to sign.',
    '{title}（{envelope}）已发起签署。',
  ),
  'signature.envelope.viewed': text('{envelope} was opened.', '{envelope} 已查看。'),
  'signature.envelope.signed': text('{envelope} was signed.', '{envelope} 已签署。'),
  'signature.envelope.completed': text(
    '{title} ({envelope}): all have signed.',
    '{title}（{envelope}）全部签署完成。',
  ),
  'signature.envelope.rejected': text(
    '{envelope} was refused. {reason}',
    '{envelope} 被拒签。{reason}',
  ),
  'signature.envelope.expired': text(
    '{envelope}: the time to sign is over.',
    '{envelope} 签署过期。',
  ),
  'signature.envelope.voided': text(
    '{envelope} was taken back. {reason}',
    '{envelope} 已撤回。{reason}',
  ),
  'inventory.stockout.at-risk': text(
    '{sku} at {location} may run out.',
    '{location} 的 {sku} 可能缺货。',
  ),
  'inventory.suggestion.approved': text(
    'Reorder of {quantity} {unit} {sku} approved.',
    '已批准补货 {sku} {quantity} {unit}。',
  ),
}
