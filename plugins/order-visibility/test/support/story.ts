import type { ToldEvent } from '../../src/facts/fact-of-event.ts'
import { event } from './told.ts'

const day = (n: number, hour = 8) =>
  `2026-11-${String(n).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z`

/**
 * A contract is signed, the order released, bought, shipped cold, delivered warm, rejected, reordered: what all plugins tell of one
 * order, and of another one that only waits for the same item.
 */
export function story(orderId = 'SO-1'): readonly ToldEvent[] {
  const id = (name: string) => `${name}-${orderId}`
  const lot = { lot: id('LOT'), item: 'SEAL', quantity: 100, unit: 'C62', supplier: 'LIYUAN' }
  const purchaseOrder = id('PO')
  const inbound = { shipment: id('IN'), purchaseOrder }
  const outbound = { shipment: id('OUT'), orders: [orderId], carrier: 'SF' }
  return [
    event('orders.order.created', {
      ...{ orderId, customer: 'Dongchen', placedAt: day(1), promisedAt: day(20) },
      ...{ contract: id('C'), salesperson: 'li', amount: '1000.00', currency: 'CNY' },
      lines: [{ line: '1', sku: 'SEAL', quantity: 100, unit: 'C62', location: 'east' }],
    }),
    event('signature.envelope.sent', {
      ...{ envelope: id('E'), contract: id('C'), title: 'Frame', recipients: 2, at: day(1, 9) },
    }),
    event('signature.envelope.signed', {
      ...{ envelope: id('E'), recipient: 'buyer', level: 'B-T', at: day(2) },
    }),
    event('signature.envelope.completed', { envelope: id('E'), contract: id('C'), at: day(2, 10) }),
    event('orders.order.released', { orderId, releasedAt: day(2, 12), by: 'planner' }),
    event('purchasing.order.placed', {
      ...{ purchaseOrder, supplier: 'LIYUAN', placedAt: day(3) },
      lines: [
        {
          ...{ line: '1', sku: 'SEAL', quantity: 100, unit: 'C62', location: 'east' },
          ...{ expectedAt: day(8), forOrder: orderId },
        },
      ],
    }),
    event('logistics.shipment.registered', {
      ...{ ...inbound, direction: 'inbound', registeredAt: day(4), promisedAt: day(8) },
    }),
    event('logistics.shipment.status-changed', {
      ...{
        ...inbound,
        from: 'registered',
        to: 'in-transit',
        occurredAt: day(4, 12),
        at: day(4, 13),
      },
    }),
    event('logistics.sensor.alarm', {
      ...{ ...inbound, measure: 'temperature', value: 12.5, unit: 'CEL' },
      ...{ since: day(6, 1), at: day(6, 2), lots: [lot.lot] },
    }),
    event('logistics.shipment.delivered', {
      ...inbound,
      direction: 'inbound',
      deliveredAt: day(7),
    }),
    event('stock.receipt.created', {
      ...{ ...lot, receipt: id('R'), location: 'east', receivedAt: day(7, 10) },
      ...{ purchaseOrder, purchaseOrderLine: '1', shipment: id('IN') },
    }),
    event('quality.inspection.created', {
      ...{ ...lot, inspection: id('INS'), severity: 'tightened', createdAt: day(7, 11) },
    }),
    event('quality.lot.held', {
      ...{ ...lot, held: 100, at: day(7, 11) },
      reason: { code: 'INCOMING', text: { en: 'Incoming', 'zh-CN': '来料' } },
    }),
    event('quality.inspection.decided', {
      ...{
        ...lot,
        inspection: id('INS'),
        decision: id('DEC'),
        accepted: 0,
        rejected: 100,
        by: 'qa',
      },
      ...{ quantities: { accepted: 0, rejected: 100, held: 0, pending: 0 }, decidedAt: day(9) },
    }),
    event('quality.lot.rejected', {
      ...{ ...lot, rejected: 100, decision: id('DEC'), at: day(9) },
      quantities: { accepted: 0, rejected: 100, held: 0, pending: 0 },
    }),
    event('quality.nonconformity.opened', {
      ...{ nonconformity: id('NC'), lot: lot.lot, severity: 'major', title: 'Warm seals' },
      ...{ owner: 'wang', openedAt: day(9, 9) },
    }),
    event('quality.eight-d.overdue', {
      ...{ nonconformity: id('NC'), step: 'D3', owner: 'wang', dueAt: day(10) },
      ...{ daysOverdue: 1, at: day(11) },
    }),
    event('inventory.stockout.at-risk', {
      ...{
        sku: 'SEAL',
        location: 'east',
        onHand: 0,
        unit: 'C62',
        probability: 0.7,
        at: day(9, 10),
      },
    } as never),
    event('inventory.suggestion.approved', {
      ...{ sku: 'SEAL', location: 'east', suggestion: 'S-1', quantity: 120, unit: 'C62' },
      ...{ by: 'planner', at: day(9, 12) },
    }),
    event('orders.order.allocated', {
      ...{ orderId, at: day(15), lines: [{ line: '1', quantity: 100, lot: id('LOT2') }] },
    }),
    event('orders.order.shipped', {
      ...{ orderId, shippedAt: day(16), shipment: outbound.shipment, carrier: 'SF' },
      lines: [{ line: '1', quantity: 100, lot: id('LOT2') }],
    }),
    event('logistics.shipment.registered', {
      ...{ ...outbound, direction: 'outbound', registeredAt: day(16, 1) },
    }),
    event('logistics.shipment.status-changed', {
      ...{ ...outbound, parcel: 'P1', from: 'registered', to: 'picked-up' },
      ...{ occurredAt: day(16, 3), at: day(16, 4) },
    }),
    event('logistics.shipment.status-changed', {
      ...{ ...outbound, parcel: 'P1', from: 'picked-up', to: 'delivered' },
      ...{ occurredAt: day(18), at: day(18, 9) },
    }),
    event('logistics.eta.changed', { ...outbound, eta: day(18), late: day(19), at: day(16, 5) }),
    event('logistics.shipment.delivered', {
      ...{ ...outbound, direction: 'outbound', deliveredAt: day(18) },
    }),
    event('orders.invoice.issued', {
      ...{ orderId, invoiceId: id('INV'), issuedAt: day(19), amount: '1000.00', currency: 'CNY' },
    }),
    event('orders.payment.received', {
      ...{ orderId, paymentId: id('PAY1'), receivedAt: day(20), amount: '400.00', currency: 'CNY' },
    }),
    event('orders.payment.received', {
      ...{ orderId, paymentId: id('PAY2'), receivedAt: day(25), amount: '600.00', currency: 'CNY' },
    }),
  ]
}
