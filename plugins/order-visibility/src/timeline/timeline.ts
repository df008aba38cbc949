import type { Fact } from '../facts/fact.ts'
import type { FactType } from '../facts/fact-data.ts'
import type { TimelineView } from '../projection/order-view.ts'

type Words = Readonly<Record<string, string | number>>

/** Which of a fact's fields the line about it shows, and who did it. Types that are not here are no news to a reader. */
type Row = { readonly words?: readonly string[]; readonly actor?: string }

const rows: { readonly [Type in FactType]?: Row } = {
  'orders.order.created': { words: ['customer'], actor: 'salesperson' },
  'orders.order.changed': { words: ['reason', 'promisedAt'] },
  'orders.order.cancelled': { words: ['reason'] },
  'orders.order.released': { actor: 'by' },
  'orders.order.allocated': {},
  'orders.order.shipped': { words: ['shipment', 'carrier'] },
  'orders.invoice.issued': { words: ['invoiceId', 'amount', 'currency'] },
  'orders.payment.received': { words: ['paymentId', 'amount', 'currency'] },
  'purchasing.order.placed': { words: ['purchaseOrder', 'supplier'] },
  'purchasing.order.changed': { words: ['purchaseOrder', 'reason'] },
  'stock.receipt.created': { words: ['lot', 'item', 'quantity', 'unit', 'supplier'] },
  'production.lot.completed': { words: ['lot', 'item', 'quantity', 'unit', 'operation'] },
  'quality.inspection.created': { words: ['lot', 'inspection', 'severity'] },
  'quality.inspection.decided': { words: ['lot', 'accepted', 'rejected', 'unit'], actor: 'by' },
  'quality.lot.held': { words: ['lot', 'held', 'unit'] },
  'quality.lot.released': { words: ['lot', 'released', 'unit'] },
  'quality.lot.rejected': { words: ['lot', 'rejected', 'unit'] },
  'quality.nonconformity.opened': { words: ['nonconformity', 'title'], actor: 'owner' },
  'quality.nonconformity.closed': { words: ['nonconformity'], actor: 'by' },
  'quality.eight-d.overdue': { words: ['nonconformity', 'step', 'daysOverdue'], actor: 'owner' },
  'logistics.shipment.registered': { words: ['shipment', 'carrier'] },
  'logistics.shipment.status-changed': { words: ['shipment', 'parcel', 'to', 'location'] },
  'logistics.shipment.delivered': { words: ['shipment'], actor: 'signedBy' },
  'logistics.eta.changed': { words: ['shipment', 'eta'] },
  'logistics.exception.opened': { words: ['shipment', 'kind'], actor: 'owner' },
  'logistics.exception.closed': { words: ['shipment', 'resolution'] },
  'logistics.sensor.alarm': { words: ['shipment', 'measure', 'value', 'unit'] },
  'signature.envelope.sent': { words: ['envelope', 'title'] },
  'signature.envelope.viewed': { words: ['envelope'], actor: 'recipient' },
  'signature.envelope.signed': { words: ['envelope'], actor: 'recipient' },
  'signature.envelope.completed': { words: ['envelope', 'title'] },
  'signature.envelope.rejected': { words: ['envelope', 'reason'], actor: 'recipient' },
  'signature.envelope.expired': { words: ['envelope'] },
  'signature.envelope.voided': { words: ['envelope', 'reason'], actor: 'by' },
  'inventory.stockout.at-risk': { words: ['sku', 'location', 'probability'] },
  'inventory.suggestion.approved': { words: ['sku', 'quantity', 'unit'], actor: 'by' },
}

/** As many as an answer holds; of more the newest are kept, and the first. */
const MOST = 200
/** A word longer than this is for the page of whoever said it. */
const LONGEST = 120

/** @param facts in the order of their happening. Pure. */
export function foldTimeline(facts: readonly Fact[]): readonly TimelineView[] {
  const all = facts.flatMap((fact) => {
    const row = rows[fact.type]
    return row === undefined ? [] : [entryOf(fact, row)]
  })
  return all.length <= MOST ? all : [...all.slice(0, 1), ...all.slice(1 - MOST)]
}

function entryOf(fact: Fact, { words: names = [], actor: actorField }: Row): TimelineView {
  const data = fact.data as unknown as Readonly<Record<string, unknown>>
  const words = wordsOf(data, names)
  const actor = actorField === undefined ? undefined : data[actorField]
  return {
    at: fact.happenedAt,
    code: fact.type,
    ...(Object.keys(words).length === 0 ? {} : { words }),
    ...(typeof actor === 'string' ? { actor } : {}),
    source: sourceOf(fact),
  }
}

function wordsOf(data: Readonly<Record<string, unknown>>, names: readonly string[]): Words {
  const words: Record<string, string | number> = {}
  for (const name of names) {
    const value = data[name]
    if (typeof value === 'string') words[name] = value.slice(0, LONGEST)
    else if (typeof value === 'number') words[name] = value
  }
  return words
}

/** `plugin@version`; of an app, and where the host does not say it, without a version. */
export function sourceOf({ publisher, version }: Pick<Fact, 'publisher' | 'version'>): string {
  return version === null ? publisher : `${publisher}@${version}`
}
